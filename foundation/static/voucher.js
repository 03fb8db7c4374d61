// Typing a voucher: names beside codes, sums, what each fund still lacks, and = to fill it.
//
// Uses parseAmount and formatAmount of app.js; amounts are BigInt in fen, never a float.
"use strict";

(() => {
  const form = document.querySelector("[data-voucher]");
  if (!form) return;
  const holder = form.querySelector("[data-rows]");
  const template = holder.querySelector("template");
  const places = form.querySelector("[data-fund-differences]");
  const options = (id) => [...document.getElementById(id).options];
  const lists = { account: options("accounts"), fund: options("funds") };
  const cash = new Set(lists.account.filter((item) => item.dataset.cash === "1").map((item) => item.value));

  const rows = () => [...holder.querySelectorAll("[data-row]")];
  const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);
  const side = (row, name) => row.querySelector(`[data-side="${name}"]`);

  function found(kind, text) {
    const wanted = text.trim();
    if (!wanted) return null;
    const code = wanted.split(" ")[0];
    const exact = lists[kind].find((item) => item.value === code);
    if (exact) return exact;
    const lowered = wanted.toLowerCase();
    const near = lists[kind].filter((item) => {
      const initials = item.label.split(" ").pop();
      return item.value.startsWith(wanted) || item.label.startsWith(wanted) || initials.startsWith(lowered);
    });
    return near.length === 1 ? near[0] : null;
  }

  function nameOf(item) {
    return item.label.split(" ").slice(0, -1).join(" ");
  }

  function showName(input) {
    const place = form.querySelector(`[data-name-of="${CSS.escape(input.id)}"]`);
    const item = found(input.dataset.cell, input.value);
    if (place) place.textContent = item ? nameOf(item) : "";
  }

  function settle(input) {
    const item = found(input.dataset.cell, input.value);
    if (item) input.value = item.value;
    showName(input);
  }

  function minor(input) {
    return input.value.trim() ? parseAmount(input.value) || 0n : 0n;
  }

  // What each fund has on the debit side more than on the credit side.
  function differences(except) {
    const funds = new Map();
    for (const row of rows()) {
      const fund = (found("fund", cell(row, "fund").value) || cell(row, "fund")).value;
      for (const name of ["debit", "credit"]) {
        const input = side(row, name);
        if (input === except || !input.value.trim()) continue;
        const amount = name === "debit" ? minor(input) : -minor(input);
        funds.set(fund, (funds.get(fund) || 0n) + amount);
      }
    }
    return funds;
  }

  function show() {
    for (const name of ["debit", "credit"]) {
      const sum = rows().reduce((total, row) => total + minor(side(row, name)), 0n);
      form.querySelector(`[data-total="${name}"]`).textContent = formatAmount(sum);
    }
    const funds = differences(null);
    places.replaceChildren();
    if (!funds.size) return;
    let balanced = true;
    for (const [fund, difference] of funds) {
      if (difference === 0n) continue;
      balanced = false;
      const item = document.createElement("span");
      item.className = "off";
      item.textContent = `${fund || "?"} ${places.dataset.lacks} ${formatAmount(difference)}`;
      places.append(item);
    }
    const unreadable = [...holder.querySelectorAll("[data-side]")].some(
      (input) => input.value.trim() && parseAmount(input.value) === null);
    if (balanced && !unreadable) places.textContent = places.dataset.balanced;
  }

  function fill(input) {
    const row = input.closest("[data-row]");
    const fund = (found("fund", cell(row, "fund").value) || cell(row, "fund")).value;
    const other = side(row, input.dataset.side === "debit" ? "credit" : "debit");
    other.value = "";
    const difference = differences(input).get(fund) || 0n;
    input.value = formatAmount(input.dataset.side === "debit" ? -difference : difference);
  }

  // An empty row always waits at the end, and a new row offers what the one before it says.
  function offer(row) {
    const all = rows();
    if (row === all[all.length - 1]) append(all.length);
    const before = all[all.indexOf(row) - 1];
    if (!before) return;
    for (const name of ["summary", "fund"]) {
      const input = cell(row, name);
      if (!input.value && cell(before, name).value) {
        input.value = cell(before, name).value;
        if (name === "fund") showName(input);
      }
    }
  }

  function append(index) {
    const copy = template.content.cloneNode(true);
    for (const item of copy.querySelectorAll("[name], [id], [data-name-of], [aria-label]")) {
      for (const name of ["name", "id", "data-name-of"]) {
        if (item.hasAttribute(name)) item.setAttribute(name, item.getAttribute(name).replace("__", String(index)));
      }
      const label = item.getAttribute("aria-label");
      if (label) item.setAttribute("aria-label", label.replace("__", String(index + 1)));
    }
    template.before(copy);
  }

  form.addEventListener("input", (event) => {
    const input = event.target;
    const row = input.closest("[data-row]");
    if (!row) return;
    if (input.matches("[data-cell='account'], [data-cell='fund']")) showName(input);
    if (input.matches("[data-cell='account']") && input.value) offer(row);
    if (input.matches("[data-side]") && input.value.trim()) {
      side(row, input.dataset.side === "debit" ? "credit" : "debit").value = "";
    }
    show();
  });

  form.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-cell='account'], [data-cell='fund']")) settle(event.target);
    show();
  });

  form.querySelector("[data-more-lines]").addEventListener("click", () => {
    append(rows().length);
    cell(rows().pop(), "summary").focus();
  });

  form.addEventListener("keydown", (event) => {
    if (event.key === "=" && event.target.matches("[data-side]")) {
      event.preventDefault();
      fill(event.target);
      show();
    }
  });

  // Cash and bank lines want a cash-flow item; the others do not.
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    const account = found("account", cell(row, "account").value);
    cell(row, "flow").tabIndex = account && !cash.has(account.value) ? -1 : 0;
  });

  // Leaving with something typed asks first; saving does not.
  let saving = false;
  let typed = false;
  form.addEventListener("submit", () => { saving = true; });
  form.addEventListener("input", () => { typed = true; });
  window.addEventListener("beforeunload", (event) => {
    if (typed && !saving) event.preventDefault();
  });

  for (const row of rows()) {
    for (const name of ["account", "fund"]) showName(cell(row, name));
  }
  show();
})();
