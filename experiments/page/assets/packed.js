"use strict";
// What the page was made with: JSON, arrays in it as base64 of little-endian numbers.
const page = JSON.parse(document.getElementById("data").textContent);

function unpacked(text, Kind) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new Kind(bytes.buffer);
}

// An element with a class and a text, which is never taken for markup.
function made(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
