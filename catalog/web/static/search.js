// Suggestions while somebody types. The form works without it.
"use strict";
(() => {
  const box = document.querySelector("input[data-suggest]");
  const list = box && document.getElementById(box.getAttribute("list"));
  if (!list || !window.fetch) return;
  const known = new Map();
  let waiting = 0;
  let asked = "";
  const show = (texts) => {
    list.replaceChildren(...texts.map((text) => {
      const option = document.createElement("option");
      option.value = text;
      return option;
    }));
  };
  const ask = async () => {
    const typed = box.value.trim();
    if (typed === asked) return;
    asked = typed;
    if (!typed) return show([]);
    if (!known.has(typed)) {
      try {
        const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(typed)}`);
        if (!answer.ok) return;
        known.set(typed, (await answer.json()).suggestions.map((each) => each.text));
      } catch {
        return; // offline: the form will say so
      }
    }
    if (typed === asked) show(known.get(typed));
  };
  box.addEventListener("input", (event) => {
    if (event.isComposing) return; // kana that are still being turned into kanji
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  box.addEventListener("compositionend", ask);
})();
