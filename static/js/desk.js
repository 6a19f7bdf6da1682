// Behaviour of the desk's pages. Everything here only saves a reload.

// A menu that lies over the page closes by Escape, and when somebody turns to something else.
const menus = ".desk-menu, .desk-others";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(menus)) if (!menu.contains(except)) menu.open = false;
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest(`:is(${menus})[open]`);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Hours: intervals come and go in place, and breaks and sums follow what is chosen. The server says what it all means.
function hours(form) {
  const part = (id, root) => root.querySelector(`#${CSS.escape(id)}`);
  const parts = (selector) => form.querySelectorAll(selector);
  let latest = 0;
  let waiting;
  let turn = Promise.resolve();

  async function ask(name, value) {
    const body = new FormData(form);
    body.append(name, value);
    const answer = await fetch(location.pathname, { method: "POST", body });
    const html = (await answer.text()).replace(/<style.*?<\/style>/s, "");
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!answer.ok || !part("week", page)) throw new Error(answer.status);
    return page;
  }

  function show(old, page) {
    const fresh = part(old.id, page);
    if (!fresh) return;
    old.replaceChildren(...fresh.childNodes);
    if (fresh.open) old.open = true;
  }

  async function press(button) {
    const { name, value } = button;
    latest += 1;
    try {
      const page = await ask(name, value);
      for (const each of parts("[data-part]")) {
        if (each.id !== "copy" || name === "copy") show(each, page);
        else if (part("copy", page).open) each.open = true;
      }
      const focus = part("week", page).dataset.focusOn;
      (part(focus || "week", form) ?? form).focus();
    } catch {
      form.requestSubmit(form.contains(button) ? button : null);
    }
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[formaction]");
    if (!button) return;
    event.preventDefault();
    turn = turn.then(() => press(button));
  });

  form.addEventListener("change", ({ target }) => {
    if (!target.matches("select[name^=from-], select[name^=to-]")) return;
    const mine = (latest += 1);
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const page = await ask("do", "look").catch(() => null);
      if (page && mine === latest) for (const each of parts("[data-follows]")) show(each, page);
    }, 150);
  });
}

// A long list gets shorter while its search is typed.
function filters(input) {
  const list = document.getElementById(input.dataset.filters);
  const every = [...list.options];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/);
    const chosen = list.value;
    list.replaceChildren(...every.filter((each) => each.value === chosen || words.every((word) => plain(each.text).includes(word))));
    list.value = chosen;
  });
}

// The device's own zone is only ever suggested to somebody who sets up a page.
function hintZone(hint) {
  const select = document.getElementById(hint.dataset.zoneHint);
  const named = (zone) => new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Browsers call some zones by older names, such as Asia/Calcutta.
  const same = (option) => option.value === mine || named(option.value) === named(mine);
  const option = same(select.selectedOptions[0]) ? null : [...select.options].find(same);
  if (!option) return;
  const button = hint.querySelector("button");
  button.textContent = button.textContent.replace("{zone}", option.text);
  button.addEventListener("click", () => {
    select.value = option.value;
    hint.hidden = true;
    select.focus();
  });
  hint.hidden = false;
}

// A picture from a phone is larger than we take; the browser makes it smaller before it is sent.
function shrinks(note) {
  const input = document.getElementById(note.dataset.shrinks);
  input.addEventListener("change", async () => {
    note.hidden = true;
    const [file] = input.files;
    if (!file || file.size <= Number(note.dataset.most)) return;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const smaller = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      const files = new DataTransfer();
      files.items.add(new File([smaller], "photo.jpg", { type: "image/jpeg" }));
      input.files = files.files;
      note.hidden = false;
    } catch {
      // The server says what is wrong with it.
    }
  });
}

function copies(button) {
  const words = button.textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
    button.textContent = button.dataset.copied;
    document.querySelector("#live").textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = words), 2000);
  });
}

document.querySelectorAll("form[data-in-place]").forEach(hours);
document.querySelectorAll("[data-filters]").forEach(filters);
document.querySelectorAll("[data-zone-hint]").forEach(hintZone);
document.querySelectorAll("[data-shrinks]").forEach(shrinks);
document.querySelectorAll("[data-copies]").forEach(copies);
