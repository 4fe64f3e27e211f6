#!/usr/bin/env bash
# The examples that the reference gives for curl, and the errors that it names, with nothing but curl.
# Prints a line for each: name, a tab, `ok` or what came instead. Ends with 1 if anything differs.
#
#     replay.sh http://127.0.0.1:8080      # a server to which plant.yaml is applied
set -u
api="${1:?which server? replay.sh http://127.0.0.1:8080}/api/v1"
json="Content-Type: application/json"
key="513cf747-eb5c-4d5f-931f-d22c9872c73c"
password="DCdcSLmkoZkU5zGI9gpInDbo"
failed=0

# see NAME STATUS PATTERN ARGUMENTS-OF-CURL: the body has to match the pattern as a whole.
see() {
  local name=$1 status=$2 pattern=$3 reply body code type
  shift 3
  reply=$(curl -s -S -w '\n%{http_code} %{content_type}' "$@" 2>&1)
  body=${reply%$'\n'*}
  read -r code type <<<"${reply##*$'\n'}"
  if [[ $code == "$status" && $type == application/json && $body =~ ^$pattern$ ]]; then
    printf '%s\tok\n' "$name"
  else
    printf '%s\t%s %s %s, not %s %s\n' "$name" "$code" "$type" "$body" "$status" "$pattern"
    failed=1
  fi
}

uuid='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
date='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z'
error() { printf '\\{"errorCode":"%s","errorMessage":".+"\\}' "$1"; }

see "version" 200 '\{"apiVersion":"0\.1\.0","apiServerVersion":".+"\}' -H "$json" "$api/version/"
see "log-in" 200 "\{\"token\":\"$uuid\",\"expiresOn\":\"$date\"\}" -H "$json" \
  -d "{\"apiKey\": \"$key\", \"password\": \"$password\" }" "$api/authenticate/"

token=$(curl -s -H "$json" -d "{\"apiKey\": \"$key\", \"password\": \"$password\" }" "$api/authenticate/" |
  sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
auth="Authorization: token $token"
org=$(curl -s -H "$json" -H "$auth" "$api/user/orgs/" | sed -n 's/.*"orgId":\([0-9]*\).*/\1/p')
net=$(curl -s -H "$json" -H "$auth" "$api/org/$org/nets/" | sed -n 's/.*"id":\([0-9]*\),"name":"Some Network".*/\1/p')

see "organizations" 200 '\[\{"orgId":[0-9]+,"orgName":"My Organization","userRole":"owner"\}\]' \
  -H "$json" -H "$auth" "$api/user/orgs/"
see "network" 200 "\{\"id\":$net,\"orgId\":$org,\"name\":\"Some Network\",\"slug\":\"some-network\",\"createdOn\":\"$date\",\"ip\":\"127\.0\.0\.1\",\"port\":[0-9]+,\"protocol\":\"modbustcp\",\"controllerModbusUnitId\":111,\"devicePasswords\":\[\"mypass\"\]\}" \
  -H "$json" -H "$auth" "$api/net/$net/"
see "disable a network" 200 '\{\}' -H "$json" -H "$auth" -d '{ "enabled": false }' "$api/net/$net/change-disable/"
see "a disabled network" 200 ".*\"disabledOn\":\"$date\",\"disabledBy\":\"user\".*" -H "$json" -H "$auth" "$api/net/$net/"
see "enable it" 200 '\{\}' -H "$json" -H "$auth" -d '{ "enabled": true }' "$api/net/$net/change-disable/"
see "connection" 200 '\{"(connected|disconnected)":\{.*\}\}' -H "$json" -H "$auth" -d '{}' "$api/net/$net/connection-status/"
see "messages" 200 '\{\}' -H "$json" -H "$auth" -d '{ "disableSms": false, "limit": 100 }' "$api/org/$org/sms-settings/"
see "translations" 200 '\["Pulpit","Ustawienia"\]' -H "$json" -H "$auth" \
  -d '{ "texts": ["Dashboard", "Settings"], "lang": "pl"}' "$api/translations/"
see "dashboard" 200 '\{"networks":\[.*\],"events":\[.*\]\}' -H "$json" -H "$auth" \
  "$api/org/$org/dashboard/?includeParams=1&lang=en"

see "header names in lower case" 200 '\[.*\]' -H "content-type: application/json" -H "authorization: token $token" "$api/user/orgs/"
see "no content type" 400 "$(error IncorrectContentType)" -H "Content-Type:" -H "$auth" "$api/user/orgs/"
see "content type of a form" 400 "$(error IncorrectContentType)" -H "$auth" -d '{}' "$api/logout/"
see "no token" 401 "$(error NoAuthTokenProvided)" -H "$json" "$api/user/orgs/"
see "token that is none" 400 "$(error CantParseAuthToken)" -H "$json" -H "Authorization: token x" "$api/user/orgs/"
see "token of nobody" 401 "$(error IncorrectAuthToken)" -H "$json" \
  -H "Authorization: token cdf2923f-c89f-41e5-91af-f139f0c2e7d0" "$api/user/orgs/"
see "wrong password" 401 "$(error NotAuthorized)" -H "$json" -d "{\"apiKey\": \"$key\", \"password\": \"x\"}" "$api/authenticate/"
see "payload that is no JSON" 400 "$(error CantDecodePayloadJSON)" -H "$json" -H "$auth" -d '{' "$api/translations/"
see "payload of another endpoint" 400 "$(error IncorrectRequest)" -H "$json" -H "$auth" -d '{"a": 1}' "$api/translations/"
see "payload that is too large" 400 "$(error PayloadIsTooLarge)" -H "$json" -H "$auth" \
  --data-binary @<(head -c 1100000 /dev/zero | tr '\0' ' ') "$api/translations/"
see "object of nobody" 404 "$(error ObjectNotFound)" -H "$json" -H "$auth" "$api/net/999999/"
see "no last slash" 404 "$(error IncorrectEndpoint)" -H "$json" -H "$auth" "$api/net/$net"
see "wrong method" 404 "$(error IncorrectEndpoint)" -X PUT -H "$json" -H "$auth" -d '{}' "$api/net/$net/"
see "method DELETE" 404 "$(error IncorrectEndpoint)" -X DELETE -H "$json" -H "$auth" "$api/net/$net/"

see "log-out" 200 '\{\}' -H "$json" -H "$auth" -d '{}' "$api/logout/"
see "token after the log-out" 401 "$(error IncorrectAuthToken)" -H "$json" -H "$auth" "$api/user/orgs/"
exit $failed
