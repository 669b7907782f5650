// Light or dark: as the system has it, until the button says otherwise.
const themes = ["as the system", "light", "dark"];
const redrawn = []; // what paints for itself, and is called when the colours change

(function () {
  const button = document.getElementById("theme");
  let chosen = 0, opened = [];
  function show() {
    if (chosen) document.documentElement.dataset.theme = themes[chosen];
    else delete document.documentElement.dataset.theme;
    button.textContent = "Theme: " + themes[chosen];
    redrawn.forEach((draw) => draw());
  }
  button.hidden = false;
  button.addEventListener("click", () => { chosen = (chosen + 1) % themes.length; show(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redrawn.forEach((draw) => draw()));
  // On paper all is light.
  window.addEventListener("beforeprint", () => {
    document.documentElement.classList.add("paper");
    opened = [...document.querySelectorAll("details.printed:not([open])")];
    opened.forEach((each) => { each.open = true; });
    redrawn.forEach((draw) => draw());
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("paper");
    opened.forEach((each) => { each.open = false; });
    redrawn.forEach((draw) => draw());
  });
})();

function isDark() {
  const root = document.documentElement;
  if (root.classList.contains("paper")) return false;
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
