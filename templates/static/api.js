// Reads the API's description into Swagger UI. A token that is made here is sent with every request after it, and each act gets a key of its own.
"use strict";
const TOKENS = "/api/v1/tokens";

function giveKey(request) {
  if (request.method === "POST" && request.headers && "Idempotency-Key" in request.headers) {
    request.headers["Idempotency-Key"] = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
  }
  return request;
}

function takeToken(response) {
  if (response.status === 201 && new URL(response.url, location.href).pathname === TOKENS) {
    window.ui.preauthorizeApiKey("bearer", JSON.parse(response.text).access_token);
  }
  return response;
}

window.ui = SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  filter: true,
  validatorUrl: null,
  requestInterceptor: giveKey,
  responseInterceptor: takeToken,
});
