// The items of a sample one after another by the arrow keys.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select, [contenteditable]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const wanted = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const way = wanted && document.querySelector(`[data-walk] a[rel="${wanted}"]`);
  // A table that scrolls sideways keeps the keys for itself.
  if (!way || event.target.closest(".table-frame")) return;
  event.preventDefault();
  way.click();
});
