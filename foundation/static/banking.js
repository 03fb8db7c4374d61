// Matching without a mouse: a key takes a suggestion, goes on, or records a gift; and the
// difference of what is chosen by hand is shown while choosing.
//
// Hooks: [data-key="1"] on a form (submitted) or a link (followed), form[data-match=MINOR] with
// inputs data-line-minor and data-side-minor, and [data-match-difference].

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) return;
  if (found instanceof HTMLFormElement) {
    if (!found.querySelector("button")) return;
    event.preventDefault();
    found.requestSubmit();
  } else {
    event.preventDefault();
    found.click();
  }
});

function written(minor) {
  const sign = minor < 0n ? "\u2212" : "";
  const size = minor < 0n ? -minor : minor;
  const whole = String(size / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}.${String(size % 100n).padStart(2, "0")}`;
}

function showDifference(form) {
  const place = form.querySelector("[data-match-difference]");
  if (!place) return;
  let rest = BigInt(form.dataset.match);
  for (const box of form.querySelectorAll("input:checked")) {
    if (box.dataset.lineMinor) rest += BigInt(box.dataset.lineMinor);
    if (box.dataset.sideMinor) rest -= BigInt(box.dataset.sideMinor);
  }
  place.textContent = written(rest);
  place.classList.toggle("negative", rest !== 0n);
}

for (const form of document.querySelectorAll("form[data-match]")) {
  showDifference(form);
  form.addEventListener("change", () => showDifference(form));
}
