// Saves reloads and waits. Every page does its work without this file.

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const say = (words) => { find("#live").textContent = words; };
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// --- One press is enough ---------------------------------------------------------------------------------------------
const pressed = new Map();

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.matches("[data-theme-switch]")) return chooseTheme(event, submitter);
  if (form.ariaBusy === "true") return event.preventDefault();
  form.ariaBusy = "true";
  if (!submitter) return;
  pressed.set(submitter, [...submitter.childNodes]);
  submitter.setAttribute("aria-disabled", "true");
  submitter.textContent = document.body.dataset.busy;
});

addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  for (const [button, label] of pressed) {
    button.replaceChildren(...label);
    button.removeAttribute("aria-disabled");
    button.form.ariaBusy = null;
  }
  pressed.clear();
});

// --- Colours ---------------------------------------------------------------------------------------------------------
function chooseTheme(event, button) {
  event.preventDefault();
  const { value } = button;
  const age = value === "system" ? 0 : 31536000;
  document.cookie = `theme=${value};path=/;max-age=${age};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  document.documentElement.dataset.theme = value;
  for (const each of all("button", event.target)) each.setAttribute("aria-pressed", each === button);
}

// --- Another day or month without a reload ---------------------------------------------------------------------------
let shown = location.pathname + location.search;
let visiting = new AbortController();

async function visit(url, { push = true, focus }) {
  visiting.abort();
  const { signal } = (visiting = new AbortController());
  const slow = setTimeout(() => document.body.classList.add("loading"), 300);
  try {
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error("not a page");
    const page = parse(await answer.text());
    find("[data-swap]").replaceWith(find("[data-swap]", page));
    document.title = page.title;
    if (push) history.pushState(null, "", url);
    shown = location.pathname + location.search;
    ready();
    const target = find(focus);
    target?.focus();
    say(target?.dataset.said ?? find("#month")?.textContent ?? "");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  } finally {
    clearTimeout(slow);
    if (!signal.aborted) document.body.classList.remove("loading");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-swap] a[href^='?']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const focus = link.dataset.month ? `[data-month="${link.dataset.month}"]` : "#times";
  visit(link.href, { focus });
});

addEventListener("popstate", () => {
  if (find("[data-swap] .month") && shown !== location.pathname + location.search) {
    visit(location.href, { push: false, focus: "#times" });
  }
});

const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.addEventListener("keydown", (event) => {
  const day = event.target.closest("a.day");
  if (!day || event.altKey || event.ctrlKey || event.metaKey) return;
  const { key } = event;
  const page = { PageUp: "before", PageDown: "after" }[key];
  const row = all("a.day", day.closest("tr"));
  const cells = all(".month td");
  let target = { Home: row[0], End: row.at(-1) }[key];
  if (page) target = find(`[data-month="${page}"]`);
  for (let at = cells.indexOf(day.parentNode) + steps[key]; !target && cells[at]; at += steps[key]) {
    target = find("a.day", cells[at]);
  }
  if (!target) return;
  event.preventDefault();
  if (page) target.click();
  else target.focus();
});

// --- The time that is kept -------------------------------------------------------------------------------------------
let ticking;

function count(box) {
  clearInterval(ticking);
  const timer = find("[data-left]", box);
  const bar = find("progress", box);
  const said = find("[data-said-at]", box);
  const extend = find("[data-extend]", box);
  const words = timer.dataset.left;
  const whole = Date.parse(box.dataset.until) - Date.parse(box.dataset.now);
  const ends = Date.now() + whole;
  let last = Infinity;
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    timer.textContent = words.replace("{minutes}", Math.floor(left / 60)).replace("{seconds}", left % 60);
    bar.value = (left * 1000) / whole;
    const mark = [1, 2, 5].find((minutes) => left <= minutes * 60 && last > minutes * 60);
    if (mark && last !== Infinity) said.textContent = (mark > 1 ? said.dataset.many : said.dataset.one).replace("{minutes}", mark);
    if (extend) extend.hidden = left > 120;
    last = left;
    if (left) return;
    clearInterval(ticking);
    // Someone who is still typing keeps the page: the server takes the time again if it is free.
    if (!find("main .field")) location.reload();
  };
  tick();
  ticking = setInterval(tick, 1000);
  for (const each of [timer, bar]) each.removeAttribute("data-idle");
}

// --- What became of the payment --------------------------------------------------------------------------------------
const rhythm = [[30, 2], [120, 5], [900, 15]];
let asking;
let ask = () => {};

function poll(url) {
  const began = Date.now();
  const heading = find("h1").textContent;
  ask = async () => {
    clearTimeout(asking);
    if (document.hidden) return;
    try {
      const answer = await fetch(url);
      const page = parse(await answer.text());
      if (answer.ok && find("h1", page)?.textContent !== heading) {
        ask = () => {};
        return visit(location.href, { push: false, focus: "h1" });
      }
    } catch {
      // Offline: the next turn asks again.
    }
    const pause = rhythm.find(([until]) => Date.now() - began < until * 1000);
    if (pause) asking = setTimeout(() => ask(), pause[1] * 1000);
  };
  asking = setTimeout(() => ask(), 2000);
}

document.addEventListener("visibilitychange", () => ask());

// --- The device's own zone is only ever suggested --------------------------------------------------------------------
function suggest(form) {
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const clock = (timeZone) => new Date().toLocaleString("en", { timeZone });
  if (!mine || clock(mine) === clock(form.dataset.zone) || sessionStorage.getItem("zone")) return;
  const [button, dismiss] = all("button", form);
  button.value = mine;
  button.textContent = button.textContent.replace("{zone}", mine.split("/").pop().replaceAll("_", " "));
  dismiss.onclick = () => {
    sessionStorage.setItem("zone", "kept");
    form.hidden = true;
  };
  form.hidden = false;
}

function ready() {
  all("[data-until]").forEach(count);
  all("[data-zone]").forEach(suggest);
  clearTimeout(asking);
  all("[data-poll]").forEach((box) => poll(box.dataset.poll));
}

ready();
find("[data-focus]")?.focus();
