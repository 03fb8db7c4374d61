// Typing a gift: donors suggested while typing, and only the fields that its kind needs.
//
// Hooks: [data-suggest=URL] around an input (answers [{id, name, kind, detail}]) and its hidden
// [data-suggested-id]; form[data-gift] with select#kind and [data-kinds="cash service ..."].
"use strict";

(() => {
  const form = document.querySelector("form[data-gift]");
  const kind = form && form.querySelector("#kind");

  function showFieldsOfKind() {
    for (const holder of form.querySelectorAll("[data-kinds]")) {
      const needed = holder.dataset.kinds.split(" ").includes(kind.value);
      holder.hidden = !needed;
      for (const input of holder.querySelectorAll("input, select, textarea")) input.disabled = !needed;
    }
  }

  if (kind) {
    kind.addEventListener("change", showFieldsOfKind);
    showFieldsOfKind();
  }

  // What stands behind a code: the name that the list of choices has for it, without pinyin.
  function showName(input) {
    const place = input.parentElement.querySelector("output.picked");
    if (!place) return;
    const option = [...input.list.options].find((item) => item.value === input.value.trim());
    place.textContent = option ? option.label.split(" ").slice(0, -1).join(" ") : "";
  }

  if (form) {
    form.addEventListener("input", (event) => {
      if (event.target.list) showName(event.target);
    });
    for (const input of form.querySelectorAll("input[list]")) showName(input);
  }

  function suggest(holder) {
    const input = holder.querySelector("input:not([type='hidden'])");
    const key = holder.querySelector("[data-suggested-id]");
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `${input.id}-suggestions`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", holder.querySelector("label").textContent);
    list.hidden = true;
    input.after(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    let chosen = -1;
    let asked = 0;
    let waiting;

    function close() {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
      const items = [...list.children];
      chosen = (index + items.length) % items.length;
      items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
      input.setAttribute("aria-activedescendant", items[chosen].id);
      items[chosen].scrollIntoView({ block: "nearest" });
    }

    function take(item) {
      input.value = item.dataset.name;
      key.value = item.dataset.key;
      close();
    }

    function show(found) {
      list.replaceChildren(...found.map((donor, i) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${i}`;
        item.dataset.name = donor.name;
        item.dataset.key = donor.id;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(donor.name);
        const more = document.createElement("span");
        more.className = "hint";
        more.textContent = [donor.kind, donor.detail].filter(Boolean).join(" · ");
        item.append(more);
        return item;
      }));
      if (!found.length) close();
      else {
        list.hidden = false;
        chosen = -1;
        input.setAttribute("aria-expanded", "true");
      }
    }

    async function ask() {
      const text = input.value.trim();
      asked += 1;
      const mine = asked;
      if (!text) {
        close();
        return;
      }
      const address = `${holder.dataset.suggest}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      // A later letter has asked again; its answer is the one to show.
      if (answer.ok && mine === asked && document.activeElement === input) show(await answer.json());
    }

    input.addEventListener("input", () => {
      key.value = "";
      clearTimeout(waiting);
      waiting = setTimeout(ask, 120);
    });
    // Before the keys of the form: while the list is open, Enter takes what is marked.
    input.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
      } else if (event.key === "Enter" && !event.ctrlKey && chosen >= 0) {
        take(list.children[chosen]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      }
    });
    list.addEventListener("mousedown", (event) => {
      const item = event.target.closest("li");
      if (item) {
        event.preventDefault();
        take(item);
      }
    });
    input.addEventListener("blur", close);
  }

  for (const holder of document.querySelectorAll("[data-suggest]")) suggest(holder);
})();
