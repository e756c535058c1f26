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

// Names what Swagger UI leaves without a name, and puts its headings in order, for those who hear the page.
function nameParts() {
  for (const tag of document.querySelectorAll("h3.opblock-tag, .models > h4")) tag.setAttribute("aria-level", "2");
  for (const title of document.querySelectorAll(".opblock h4, .opblock h5")) title.setAttribute("aria-level", "3");
  for (const button of document.querySelectorAll(".copy-to-clipboard button")) button.setAttribute("aria-label", "Copy");
  for (const field of document.querySelectorAll("tr[data-param-name] :is(input, select, textarea)")) {
    field.setAttribute("aria-label", field.closest("tr").dataset.paramName);
  }
  for (const body of document.querySelectorAll("textarea.body-param__text")) body.setAttribute("aria-label", "Request body");
  for (const code of document.querySelectorAll("pre.microlight")) code.tabIndex = 0; // it scrolls, by the keyboard too
  for (const table of document.querySelectorAll("table[role=region]")) table.setAttribute("aria-label", table.id);
}
new MutationObserver(nameParts).observe(document.getElementById("api"), { childList: true, subtree: true });

window.ui = SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#api",
  deepLinking: false,
  docExpansion: "list",
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  filter: true,
  validatorUrl: null,
  requestInterceptor: giveKey,
  responseInterceptor: takeToken,
});
