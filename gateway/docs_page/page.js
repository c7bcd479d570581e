// Shows the service that the address names: /api/docs#ledgers.
const links = [...document.querySelectorAll("nav a")];

function show() {
  const chosen = links.find((link) => link.getAttribute("href") === location.hash) ?? links[0];
  for (const link of links) {
    if (link === chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  SwaggerUIBundle({
    url: chosen.dataset.url,
    dom_id: "#docs",
    deepLinking: false,
    // Swagger's own validator badge would call a server outside.
    validatorUrl: null,
    tryItOutEnabled: false,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
  });
}

addEventListener("hashchange", show);
show();
