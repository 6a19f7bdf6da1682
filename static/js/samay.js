// Saves reloads and waits. Every page does its work without this file.

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const say = (words) => (find("#live").textContent = words);
// The sheet of a fetched page carries another nonce than ours, and we have one already.
const parse = (html) => new DOMParser().parseFromString(html.replace(/<style.*?<\/style>/s, ""), "text/html");

async function load(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(answer.status);
  return parse(await answer.text());
}

// One press is enough.
const pressed = new Map();

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.matches("[data-theme-switch]")) return chooseTheme(event, submitter);
  if (form.ariaBusy) return event.preventDefault();
  form.ariaBusy = "true";
  if (form.matches("[data-extend]")) return extend(event, form);
  if (!submitter) return;
  pressed.set(submitter, [...submitter.childNodes]);
  submitter.ariaDisabled = "true";
  submitter.textContent = document.body.dataset.busy;
});

addEventListener("pageshow", () => {
  for (const [button, label] of pressed) {
    button.replaceChildren(...label);
    button.ariaDisabled = button.form.ariaBusy = null;
  }
  pressed.clear();
});

function chooseTheme(event, { value }) {
  event.preventDefault();
  const age = value === "system" ? 0 : 31536000;
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `theme=${value};path=/;max-age=${age};samesite=lax${secure}`;
  document.documentElement.dataset.theme = value;
  for (const each of all("button", event.target)) each.ariaPressed = each.value === value;
}

// Another day, another month, or news of a payment, without a reload.
let shown = location.pathname + location.search;
let visiting = new AbortController();

async function visit(url, { push = true, focus }) {
  visiting.abort();
  const { signal } = (visiting = new AbortController());
  const slow = setTimeout(() => document.body.classList.add("loading"), 300);
  try {
    const page = await load(url, { signal });
    find("[data-swap]").replaceWith(find("[data-swap]", page));
    document.title = page.title;
    if (push) history.pushState(null, "", url);
    shown = location.pathname + location.search;
    ready();
    const target = find(focus) ?? find("#times");
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
  const { month } = link.dataset;
  visit(link.href, { focus: month ? `[data-month=${month}]` : "#times" });
});

addEventListener("popstate", () => {
  if (find(".month") && shown !== location.pathname + location.search) visit(location.href, { push: false, focus: "#times" });
});

const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const pages = { PageUp: "before", PageDown: "after" };

document.addEventListener("keydown", (event) => {
  const day = event.target.closest("a.day");
  if (!day || event.altKey || event.ctrlKey || event.metaKey) return;
  const { key } = event;
  const week = all("a.day", day.closest("tr"));
  const cells = all(".month td");
  const month = pages[key] && find(`[data-month=${pages[key]}]`);
  let target = { Home: week[0], End: week.at(-1) }[key] ?? month;
  for (let at = cells.indexOf(day.parentNode) + steps[key]; !target && cells[at]; at += steps[key]) {
    target = find("a.day", cells[at]);
  }
  if (!target) return;
  event.preventDefault();
  if (month) month.click();
  else target.focus();
});

// The time that is kept.
let ticking;

function count(box) {
  clearInterval(ticking);
  const [timer, bar, said, more] = ["[data-left]", "progress", "[data-said-at]", "[data-extend]"].map((part) => find(part, box));
  const whole = Date.parse(box.dataset.until) - Date.parse(box.dataset.now);
  const ends = Date.now() + whole;
  let last = 0;
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    const minutes = [1, 2, 5].find((each) => left <= each * 60 && last > each * 60);
    if (minutes) said.textContent = said.dataset[minutes > 1 ? "many" : "one"].replace("{minutes}", minutes);
    timer.textContent = timer.dataset.left.replace("{minutes}", Math.floor(left / 60)).replace("{seconds}", left % 60);
    bar.value = (left * 1000) / whole;
    if (more) more.hidden = left > 120;
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

async function extend(event, form) {
  event.preventDefault();
  try {
    const page = await load(form.action, { method: "POST", body: new FormData(form) });
    find("[data-until]").replaceWith(find("[data-until]", page));
    all("[data-until]").forEach(count);
  } catch {
    form.submit();
  }
}

// What became of the payment: asked often at first, then less, and at once when someone comes back from their bank.
const rhythm = [[30, 2], [120, 5], [900, 15]];
let asking;
let ask = () => {};

function poll({ dataset }) {
  const began = Date.now();
  const heading = find("h1").textContent;
  ask = async () => {
    clearTimeout(asking);
    if (document.hidden) return;
    const page = await load(dataset.poll).catch(() => document);
    const news = find("h1", page).textContent;
    const pause = rhythm.find(([until]) => Date.now() - began < until * 1000);
    if (news !== heading) visit(location.href, { push: false, focus: "h1" });
    else if (pause) asking = setTimeout(ask, pause[1] * 1000);
  };
  asking = setTimeout(ask, 2000);
}

document.addEventListener("visibilitychange", () => ask());

// The device's own zone is only ever suggested.
function suggest(form) {
  const { at, offset } = form.dataset;
  if (-new Date(at).getTimezoneOffset() === Number(offset) || sessionStorage.zone) return;
  const [take, keep] = all("button", form);
  take.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  keep.onclick = () => {
    sessionStorage.zone = "kept";
    form.hidden = true;
  };
  form.hidden = false;
}

function ready() {
  clearTimeout(asking);
  ask = () => {};
  all("[data-until]").forEach(count);
  all("[data-offset]").forEach(suggest);
  all("[data-poll]").forEach(poll);
}

ready();
find("[data-focus]")?.focus();
