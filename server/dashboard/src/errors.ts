// What went wrong, and how to mend it, in the user's language.
import { ApiError } from "./api.ts";
import { word } from "./words.ts";

export function explain(error: unknown): string {
  // `fetch` throws a TypeError where no reply came.
  if (!(error instanceof ApiError)) return error instanceof TypeError ? word("errorReach") : error instanceof Error ? error.message : String(error);
  switch (error.code) {
    case "InvalidKey":
      return word("errorKey");
    case "NotAuthorized":
      return word("errorRole");
    case "TooManyRequests":
      return word("errorQuota");
    case "ObjectNotFound":
      return word("gone");
    case "InternalServerError":
      return `${word("errorServer")} ${error.message}`;
    default:
      return error.status >= 502 ? word("errorReach") : error.message;
  }
}
