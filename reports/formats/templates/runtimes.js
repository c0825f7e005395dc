"use strict";
// Behind a cell the outcomes by reason, behind each its cases, behind a case what ran.
const data = JSON.parse(document.getElementById("data").textContent);
const panel = document.getElementById("panel");
const order = ["open-silent", "overblock", "broken", "open-told", "refused-start", "confounded",
               "kernel", "inexpressible", "cannot-run", "enforced"];

function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (name) made.className = name;
  return made;
}

function fill(details, make) {
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(...make());
  });
  return details;
}

function folded(...head) {
  const details = element("details"), summary = element("summary");
  summary.append(...head);
  details.append(summary);
  return details;
}

function facts(pairs) {
  const list = element("dl");
  for (const [name, text, line] of pairs)
    if (text) list.append(element("dt", name), element("dd", text, line ? "line" : ""));
  return list;
}

function one(cell, [id, , why, coarse, guards, worlds]) {
  const t = data.texts;
  return fill(folded(element("span", t[id], "id")), () => [
    facts([["why", t[why] + (coarse ? " (coarse)" : "")], ["guarded by", t[guards]],
           ["again", `./landproof ${data.again[cell]} --case '${t[id]}'`, true]]),
    ...worlds.map(([name, came, line, said, raw]) => facts([
      [t[name], t[came]], ["type", t[line], true], ["says", t[said]], ["raw calls", t[raw]]])),
  ]);
}

function group(cell, verdict, why, found) {
  const badge = element("span", verdict, `badge v-${data.looks[verdict]}`);
  return fill(folded(badge, ` ${found.length}: ${why || data.meanings[verdict]}`),
              () => found.map((outcome) => one(cell, outcome)));
}

function show(cell) {
  const groups = new Map();
  for (const outcome of data.cells[cell]) {
    const key = `${outcome[1]} ${outcome[2]}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(outcome);
  }
  const sorted = [...groups.values()].sort((a, b) => {
    const [x, y] = [a, b].map((found) => order.indexOf(data.texts[found[0][1]]));
    return x - y || b.length - a.length;
  });
  panel.replaceChildren(element("h3", cell.replace(" ", " on ")), ...sorted.map((found) =>
    group(cell, data.texts[found[0][1]], data.texts[found[0][2]], found)));
  panel.hidden = false;
}

for (const button of document.querySelectorAll(".open-cell"))
  button.addEventListener("click", () => {
    const close = button.getAttribute("aria-expanded") === "true";
    for (const other of document.querySelectorAll(".open-cell"))
      other.setAttribute("aria-expanded", "false");
    panel.hidden = true;
    if (close) return;
    button.setAttribute("aria-expanded", "true");
    show(button.dataset.cell);
    panel.focus({preventScroll: true});
    panel.scrollIntoView({block: "nearest"});
  });
