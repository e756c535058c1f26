// While somebody writes an idea: keeps what they type, for them alone, and counts the words that are left. Without it the form is the same,
// and saves when a button is pressed. Every sentence stands in the page; this file only chooses which is shown.
"use strict";

const PAUSE = 3_000; // milliseconds without a key before what was typed is sent
const LONGEST = 20_000; // milliseconds after which it is sent although somebody types on
const APART = 10_000; // milliseconds between two that are sent
const SLOWEST = 60_000; // milliseconds between tries while the server cannot be reached
const PARTING = 60_000; // bytes that browsers still send for a page that is left
const PLACE = "gagas-writing"; // where this tab notes what it sent last, while a page takes another's place

const line = document.querySelector("[data-keep]");
const form = line.closest("form");
const key = form.elements.form_key.value;
const told = line.dataset;

let turn = 0; // of this page's texts
let changedAt = 0; // since when something is typed that was not sent; 0 for nothing
let sentAt = -APART;
let failures = 0;
let sending = 0;
let isOver = false; // nothing is sent any more: it was refused, or the form itself is sent
let timer;

function say(text) {
  if (line.textContent !== text) line.textContent = text;
}

// What is told at length would cover the field that somebody types in at the bottom of a phone.
function tell(text) {
  say(text);
  if (form.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
}

function read() {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value); // no file
  body.append("revision", told.revision);
  body.append("turn", String(turn));
  return body;
}

function plan() {
  clearTimeout(timer);
  if (isOver || !changedAt || sending) return;
  const now = performance.now();
  const wait = failures ? Math.min(APART * 2 ** (failures - 1), SLOWEST) : Math.min(PAUSE, changedAt + LONGEST - now);
  timer = setTimeout(() => keep(false), Math.max(wait, sentAt + APART - now, 0));
}

async function keep(isParting) {
  if (isOver || !changedAt) return;
  clearTimeout(timer);
  turn += 1;
  sending += 1;
  sentAt = performance.now();
  const since = changedAt;
  changedAt = 0;
  const body = read();
  const keepalive = isParting && body.toString().length < PARTING;
  try {
    await hear(await fetch(told.keep, { method: "POST", body, keepalive, redirect: "manual", headers: { Accept: "application/json" } }), since);
  } catch {
    fail(since);
  } finally {
    sending -= 1;
    plan();
  }
}

async function hear(response, since) {
  if (response.ok) {
    const { at } = await response.json();
    failures = 0;
    if (isOver) return;
    if (at) say(told.saved.replace("{time}", at));
    else stop(told.refused); // somebody came back to a page whose form was sent
  } else if (response.type === "opaqueredirect") {
    stop(told.out);
  } else if (response.status === 429 || response.status >= 500) {
    fail(since);
  } else {
    const answer = await response.json().catch(() => ({}));
    stop(answer.said || answer.detail || told.refused);
  }
}

function fail(since) {
  if (isOver) return;
  changedAt = Math.min(changedAt || since, since);
  failures += 1;
  tell(told.waits);
}

function stop(text) {
  isOver = true;
  tell(text);
}

function type() {
  changedAt ||= Math.max(performance.now(), 1);
  if (!failures) plan();
}

function part() {
  if (isOver || !changedAt) return false;
  keep(true);
  return true;
}

function leave() {
  if (part()) note([told.keep, form.elements.call.value, key, turn]);
}

// A page that takes this one's place in the tab is asked for before the last text has arrived: it is loaded once more where it lacks that.

function note(sent) {
  try {
    if (sent) sessionStorage.setItem(PLACE, JSON.stringify(sent));
    else sessionStorage.removeItem(PLACE);
  } catch {} // a browser may forbid it
}

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE)) || [];
  } catch {
    return [];
  }
}

function loadOnceMore() {
  const [place, call, page, last] = recall();
  note(null);
  if (told.turn === undefined || place !== told.keep || call !== form.elements.call.value) return; // a page that answers a form has all
  if (told.page === page && Number(told.turn) >= last) return;
  say(told.loading);
  setTimeout(() => (changedAt || isOver ? say("") : location.reload()), 1_500);
}

// Words, as the server counts them: what stands between spaces and has a letter or a digit that is seen.

const numbers = new Intl.NumberFormat(document.documentElement.lang === "id" ? "id-ID" : "en-GB");

function countWords(text) {
  const parts = text.replace(/[\u00ad\u200b\u2060\ufeff\u115f\u1160\u3164\uffa0\u2800]/g, "").split(/[\s\u001c-\u001f\u0085]+/u);
  return parts.filter((part) => /[\p{L}\p{N}]/u.test(part)).length;
}

function tellWords(field) {
  const place = document.getElementById(`${field.id}-words`);
  if (!place) return;
  const count = countWords(field.value);
  const least = Number(place.dataset.least);
  const most = Number(place.dataset.most);
  let [sentence, number] = [told.left, most - count];
  if (count < least) [sentence, number] = [told.short, least - count];
  else if (count > most) [sentence, number] = [told.over, count - most];
  const left = sentence.replace("{count}", numbers.format(number));
  place.firstElementChild.textContent = told.now.replace("{count}", numbers.format(count)).replace("{left}", left);
  place.querySelector(".once")?.remove();
}

for (const field of form.querySelectorAll("textarea")) {
  tellWords(field);
  field.addEventListener("input", () => tellWords(field));
}
form.addEventListener("input", type);
form.addEventListener("change", type);
for (const sent of [form, document.querySelector('form[action$="/tulisan/buang"]')]) {
  sent?.addEventListener("submit", () => {
    isOver = true; // it is saved, or thrown away
    note(null);
    clearTimeout(timer);
  });
}
addEventListener("pageshow", (shown) => {
  if (shown.persisted) isOver = false; // somebody came back to it
});
addEventListener("online", () => {
  if (!failures) return;
  failures = 0;
  plan();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") part();
});
addEventListener("pagehide", leave);
addEventListener("beforeunload", (leaving) => {
  leave();
  if (failures && !isOver) leaving.preventDefault(); // what cannot be kept is not left without a question
});
loadOnceMore();
