// The description of the API for people; nothing of it is sent anywhere.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", docExpansion: "none", filter: true, validatorUrl: null, deepLinking: true, displayRequestDuration: true });
