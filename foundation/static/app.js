// What the pages do beyond plain HTML; every page works without it.
//
// Hooks: data-shortcut="/" (focus), form[data-entry] (Enter goes on, Ctrl+Enter saves),
// input[data-amount] (12万, capitals in [data-capitals-of=ID]), input[data-day] (0305),
// [data-balance] with inputs data-side="debit|credit" (= fills the balance), [data-rows] with a
// <template> and [data-add-row], table of input[data-minor] with [data-select-all] and
// [data-selected-count]/[data-selected-sum], select[data-submit-on-change], [data-print], [data-copy].
"use strict";

document.documentElement.classList.add("scripted");

// ---- amounts: text and BigInt in fen, never a float ----

const UNITS = { "百": 2, "千": 3, "万": 4, "亿": 8 };
const DIGITS = "零壹贰叁肆伍陆柒捌玖";

function halfWidth(text) {
  return text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, " ").trim();
}

function parseAmount(text) {
  const cleaned = halfWidth(text).replace(/^[￥¥]/, "").replace(/元$/, "").replace(/,/g, "");
  const found = /^(-?)(\d+)(?:\.(\d+))?([百千万亿]?)$/.exec(cleaned);
  if (!found) return null;
  const places = 2 + (UNITS[found[4]] || 0);
  const rest = found[3] || "";
  if (rest.length > places) return null;
  const minor = BigInt(found[2] + rest.padEnd(places, "0"));
  return found[1] ? -minor : minor;
}

function formatAmount(minor) {
  const size = minor < 0n ? -minor : minor;
  const whole = (size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${minor < 0n ? "-" : ""}${whole}.${(size % 100n).toString().padStart(2, "0")}`;
}

// The wording is that of receipts.capitals; a test holds the two together.
function section(number) {
  let text = "";
  let gap = false;
  for (const [place, unit] of [[1000, "仟"], [100, "佰"], [10, "拾"], [1, ""]]) {
    const digit = Math.floor(number / place) % 10;
    if (digit > 0) text += (gap ? "零" : "") + DIGITS[digit] + unit;
    gap = digit === 0 && text !== "";
  }
  return text;
}

function yuanCapitals(yuan) {
  let text = "";
  let skipped = false;
  for (const [scale, unit] of [[100000000n, "亿"], [10000n, "万"], [1n, ""]]) {
    const number = Number((yuan / scale) % 10000n);
    if (number > 0) {
      text += (text && (number < 1000 || skipped) ? "零" : "") + section(number) + unit;
    }
    skipped = number === 0;
  }
  return text ? `${text}元` : "";
}

function capitals(minor) {
  if (minor <= 0n || minor > 99999999999999n) return "";
  const yuan = minor / 100n;
  const jiao = Number((minor / 10n) % 10n);
  const fen = Number(minor % 10n);
  let text = yuanCapitals(yuan);
  if (jiao > 0) text += (text && yuan % 10n === 0n ? "零" : "") + DIGITS[jiao] + "角";
  else if (fen > 0 && text) text += "零";
  return fen > 0 ? text + DIGITS[fen] + "分" : `${text}整`;
}

function showCapitals(input) {
  const place = document.querySelector(`[data-capitals-of="${CSS.escape(input.id)}"]`);
  const minor = input.value.trim() ? parseAmount(input.value) : null;
  if (place) place.textContent = minor === null ? "" : capitals(minor);
}

function settleAmount(input) {
  const minor = parseAmount(input.value);
  if (minor !== null) input.value = formatAmount(minor);
}

// ---- dates ----

function settleDay(input) {
  const text = halfWidth(input.value);
  const whole = /^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))$/.exec(text);
  const short = /^(?:(\d{2})(\d{2})|(\d{1,2})[-/.月](\d{1,2})日?)$/.exec(text);
  const found = whole || (short && [null, new Date().getFullYear(), ...short.slice(1)]);
  if (!found) return;
  const [month, day] = found.slice(2).filter(Boolean);
  input.value = `${found[1]}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

// ---- entry with the keyboard ----

function fieldsOf(form) {
  return [...form.elements].filter(
    (item) => !item.disabled && item.type !== "hidden" && item.tabIndex >= 0 && item.offsetParent);
}

function goOn(form, from) {
  const fields = fieldsOf(form);
  const next = fields[fields.indexOf(from) + 1];
  if (next) {
    next.focus();
    if (next.select) next.select();
  }
}

function fillBalance(input) {
  const group = input.closest("[data-balance]");
  if (!group) return false;
  let balance = 0n;
  for (const other of group.querySelectorAll("[data-side]")) {
    if (other === input || !other.value.trim()) continue;
    const minor = parseAmount(other.value);
    if (minor === null) return false;
    balance += other.dataset.side === "debit" ? minor : -minor;
  }
  input.value = formatAmount(input.dataset.side === "debit" ? -balance : balance);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function addRow(holder) {
  const template = holder.querySelector("template");
  const index = String(holder.querySelectorAll("[data-row]").length);
  const copy = template.content.cloneNode(true);
  for (const item of copy.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      if (item.hasAttribute(name)) item.setAttribute(name, item.getAttribute(name).replace("__", index));
    }
  }
  const row = copy.firstElementChild;
  template.before(copy);
  const first = row.querySelector("input, select");
  if (first) first.focus();
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  const typing = target.matches("input, textarea, select, [contenteditable]");
  if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const shortcut = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (shortcut) {
      event.preventDefault();
      shortcut.focus();
      if (shortcut.select) shortcut.select();
    }
    return;
  }
  const form = target.form;
  if (!form || !form.matches("[data-entry]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    for (const input of form.querySelectorAll("[data-amount]")) settleAmount(input);
    form.requestSubmit();
  } else if (event.key === "Enter" && target.matches("input, select") && !event.isComposing) {
    event.preventDefault();
    goOn(form, target);
  } else if (event.key === "=" && target.matches("[data-side]") && fillBalance(target)) {
    event.preventDefault();
  }
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-amount]")) showCapitals(event.target);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-amount]")) settleAmount(event.target);
  if (event.target.matches("[data-day]")) settleDay(event.target);
});

// ---- choosing rows and seeing their sum ----

function sumSelected(form) {
  const chosen = [...form.querySelectorAll("input[data-minor]:checked")];
  const sum = chosen.reduce((total, box) => total + BigInt(box.dataset.minor), 0n);
  const count = form.querySelector("[data-selected-count]");
  const place = form.querySelector("[data-selected-sum]");
  if (count) count.textContent = String(chosen.length);
  if (place) place.textContent = formatAmount(sum);
}

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
  if (target.matches("[data-select-all]")) {
    for (const box of target.form.querySelectorAll("input[data-minor]")) box.checked = target.checked;
  }
  if (target.matches("[data-select-all], [data-minor]")) sumSelected(target.form);
});

// ---- buttons ----

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print], [data-copy], [data-add-row]");
  if (!button) {
    for (const open of document.querySelectorAll("details.top-person[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  } else if (button.matches("[data-print]")) {
    window.print();
  } else if (button.matches("[data-copy]")) {
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      button.textContent = button.dataset.copied || "✓";
    });
  } else {
    addRow(button.closest("[data-rows]"));
  }
});

for (const form of document.querySelectorAll("form")) {
  if (form.querySelector("[data-minor]")) sumSelected(form);
}
for (const input of document.querySelectorAll("[data-amount]")) showCapitals(input);
const wrong = document.querySelector("[aria-invalid='true']");
if (wrong) wrong.focus();
