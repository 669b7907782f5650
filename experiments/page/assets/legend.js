// The boxes of a legend show and hide the lines of their part of the page.
for (const box of document.querySelectorAll("input[data-shows]")) {
  box.addEventListener("change", () => {
    const lines = box.closest("section").querySelectorAll('[data-kind="' + box.dataset.shows + '"]');
    for (const line of lines) line.classList.toggle("off", !box.checked);
  });
}
