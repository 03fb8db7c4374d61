// The one thing that donors' pages do with a script: copy a value that the tax form asks for.
"use strict";

document.documentElement.classList.add("scripted");

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const said = document.getElementById("copied");
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    const word = button.textContent;
    button.textContent = button.dataset.copied;
    if (said) said.textContent = `${button.dataset.copied} ${button.dataset.copy}`;
    setTimeout(() => { button.textContent = word; }, 2000);
  }, () => {
    // The browser does not let us: mark the value, so that the person can copy it.
    const value = button.parentElement.querySelector("span");
    if (value) window.getSelection().selectAllChildren(value);
  });
});
