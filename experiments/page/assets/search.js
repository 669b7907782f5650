// The field that finds a word: a combobox with a list of words that begin so, then of those that hold it.
const MOST_FOUND = 8;

function search(numbers, select) {
  const input = document.getElementById("word"), list = document.getElementById("words");
  let lowered = null, shown = [], active = -1;

  function matches(text) {
    if (!lowered) lowered = numbers().map((number) => [number, page.map.words[number].toLowerCase()]);
    const wanted = text.toLowerCase(), exact = [], begin = [], inside = [];
    for (const [number, word] of lowered) {
      if (page.map.words[number] === text) exact.unshift(number);
      else if (word === wanted) exact.push(number);
      else if (begin.length < MOST_FOUND && word.startsWith(wanted)) begin.push(number);
      else if (inside.length < MOST_FOUND && word.includes(wanted)) inside.push(number);
    }
    return [...exact, ...begin, ...inside].slice(0, MOST_FOUND);
  }

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function open() {
    shown = input.value ? matches(input.value) : [];
    list.replaceChildren(...shown.map((number, i) => option(number, i)));
    list.hidden = !shown.length;
    active = -1;
    input.setAttribute("aria-expanded", String(shown.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  function option(number, i) {
    const item = made("li", "", page.map.words[number]);
    item.id = "word-" + i;
    item.dir = "auto";
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(number); });
    return item;
  }

  function take(number) {
    input.value = page.map.words[number];
    close();
    select(number);
  }

  function step(by) {
    if (list.hidden) open();
    if (!shown.length) return;
    active = (active + by + shown.length) % shown.length;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    input.setAttribute("aria-activedescendant", "word-" + active);
  }

  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const found = active >= 0 ? shown : matches(input.value);
      if (found.length && input.value) take(found[Math.max(active, 0)]);
      else if (input.value) document.getElementById("told").textContent = "“" + input.value + "” is on none of these maps.";
      else select(null);
    } else if (event.key === "Escape") close();
  });
  return {
    renew() { lowered = null; },
    tell(number) { input.value = number === null ? "" : page.map.words[number]; },
  };
}
