"use strict";
// Shows openapi.json and sends requests. Text goes in as text only, never as markup.
const $ = (id) => document.getElementById(id);
const make = (name, text, parent) => {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
};

let api;

const resolve = (schema) => {
  const reference = schema && schema.$ref;
  return reference ? reference.slice(2).split("/").reduce((at, step) => at && at[step], api) : schema;
};

const typeOf = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const found = resolve(schema);
  if (found.enum) return found.enum.join(" | ");
  if (found.type === "array") return typeOf(found.items) + "[]";
  return [].concat(found.type || "any").join(" | ") + (found.format ? ` (${found.format})` : "");
};

const row = (table, ...cells) => {
  const line = make("tr", undefined, table);
  for (const cell of cells) {
    const place = make("td", undefined, line);
    if (cell instanceof Node) place.append(cell);
    else place.textContent = cell;
  }
};

const showSchema = (schema, parent) => {
  const found = resolve(schema);
  if (!found || !found.properties) {
    make("p", typeOf(schema), parent);
    return;
  }
  const table = make("table", undefined, parent);
  for (const [name, member] of Object.entries(found.properties)) {
    row(table, name + ((found.required || []).includes(name) ? " *" : ""), typeOf(member), member.description || "");
  }
};

const login = () => {
  const text = $("login").value.trim();
  return !text ? {} : text.startsWith("capns_") ? { "X-API-Key": text } : { Authorization: `Bearer ${text}` };
};

const send = async (method, path, fields, body, contentType, answer) => {
  let address = path;
  const query = new URLSearchParams();
  const headers = login();
  for (const { parameter, input } of fields) {
    const value = input.value;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value && parameter.in === "query") query.set(parameter.name, value);
    else if (value && parameter.in === "header") headers[parameter.name] = value;
  }
  if (query.size) address += `?${query}`;
  if (body && body.value.trim()) headers["Content-Type"] = contentType;
  answer.textContent = `${method.toUpperCase()} ${address} …`;
  try {
    const response = await fetch(address, { method: method.toUpperCase(), headers, body: body && body.value.trim() ? body.value : undefined });
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* it is no JSON */ }
    const told = ["etag", "location", "ratelimit-remaining", "retry-after", "idempotent-replayed", "x-request-id"]
      .filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`).join("\n");
    answer.textContent = `${response.status} ${response.statusText}\n${told}\n\n${shown}`;
  } catch (error) {
    answer.textContent = String(error);
  }
};

const showOperation = (method, path, operation, parent) => {
  const details = make("details", undefined, parent);
  const summary = make("summary", undefined, details);
  make("b", method.toUpperCase(), summary);
  make("code", path, summary);
  summary.append(operation.summary || "");
  if (operation["x-permission"]) make("span", operation["x-permission"], summary).className = "permission";
  details.addEventListener("toggle", () => {
    if (details.open && !details.querySelector(".inside")) fill(method, path, operation, details);
  });
  return { details, text: `${method} ${path} ${operation.summary || ""}`.toLowerCase() };
};

const fill = (method, path, operation, details) => {
  const inside = make("div", undefined, details);
  inside.className = "inside";
  const fields = [];
  if ((operation.parameters || []).length) {
    make("h4", "Parameters", inside);
    const table = make("table", undefined, inside);
    for (const parameter of operation.parameters.map(resolve)) {
      const input = make("input");
      input.setAttribute("aria-label", parameter.name);
      fields.push({ parameter, input });
      row(table, parameter.name + (parameter.required ? " *" : ""), `${parameter.in}, ${typeOf(parameter.schema)}`, parameter.description || "", input);
    }
  }
  let body, contentType;
  const content = operation.requestBody && operation.requestBody.content;
  if (content) {
    contentType = Object.keys(content)[0];
    make("h4", `Body, ${contentType}: ${typeOf(content[contentType].schema)}`, inside);
    showSchema(content[contentType].schema, inside);
    body = make("textarea", content[contentType].example ? JSON.stringify(content[contentType].example, null, 2) : "", inside);
    body.setAttribute("aria-label", "Body");
  }
  const button = make("button", "Send", inside);
  const answer = make("pre", "", inside);
  button.addEventListener("click", () => send(method, path, fields, body, contentType, answer));
  make("h4", "Answers", inside);
  const table = make("table", undefined, inside);
  for (const [status, response] of Object.entries(operation.responses || {})) {
    const given = Object.values(response.content || {})[0];
    row(table, status, response.description || "", given ? typeOf(given.schema) : "");
  }
};

const start = async () => {
  api = await (await fetch("/openapi.json")).json();
  $("about").textContent = api.info.description || "";
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const group = (operation.tags || ["Other"])[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push({ path, method, operation });
    }
  }
  const main = $("operations");
  main.replaceChildren();
  const all = [];
  for (const [group, operations] of groups) {
    const section = make("section", undefined, main);
    make("h2", group, section);
    for (const { path, method, operation } of operations) all.push({ section, ...showOperation(method, path, operation, section) });
  }
  $("find").addEventListener("input", () => {
    const wanted = $("find").value.trim().toLowerCase();
    for (const one of all) one.details.hidden = !one.text.includes(wanted);
    for (const section of main.children) section.hidden = ![...section.querySelectorAll("details")].some((one) => !one.hidden);
  });
};

start().catch((error) => { $("operations").textContent = `The description cannot be read: ${error}`; });
