// SPDX-License-Identifier: GPL-2.0
// The page without this script shows everything but the details of a cell. This adds them,
// the filters, and the keyboard.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const grid = byId("grid"), panel = byId("panel");
  const search = byId("search"), differ = byId("differ");
  const names = grid.querySelector("tr.names");
  const rows = [...grid.querySelectorAll("tr[data-ids]")];
  const chips = [...document.querySelectorAll(".chip")];
  const filters = { verdict: new Set(), family: new Set(), kernel: new Set() };
  const places = new Map(data.ids.map((id, place) => [id, place]));
  const NAMED = 10;   // kernels that are out of sight; more are counted
  const LARGE = Number(grid.dataset.large);
  const baseOf = (id) => id.split("[")[0];
  const idsOf = (row) => row.dataset.ids.split(" ");   // a row may stand for several variants
  const total = rows.reduce((sum, row) => sum + idsOf(row).length, 0);

  // What each row is found by.
  const texts = new Map(rows.map((row) => {
    const about = data.cases[baseOf(idsOf(row)[0])] || {};
    return [row, [row.dataset.ids, ...Object.values(about)].join(" ").toLowerCase()];
  }));
  let current = null;   // the cell that has the grid's place in the tab order
  let opened = null;    // the case that the panel tells of

  // Filters -----------------------------------------------------------------------------------

  const isColumnShown = (index) =>
    !filters.kernel.size || filters.kernel.has(data.kernels[index].name);

  const verdictOf = (cell) => cell.textContent in data.verdicts ? cell.textContent : "";

  /** Show the rows and columns that the filters leave; return how many cases these are. */
  function narrow(words) {
    const columns = data.kernels.map((_, index) => isColumnShown(index));
    for (const line of [names, ...rows])
      columns.forEach((shown, index) => { line.cells[index + 1].hidden = !shown; });
    let first = 0;
    for (const owner of grid.querySelectorAll("tr.owners th")) {
      const after = first + Number(owner.dataset.span);
      owner.colSpan = columns.slice(first, after).filter(Boolean).length || 1;
      owner.hidden = !columns.slice(first, after).some(Boolean);
      first = after;
    }
    let count = 0;
    for (const row of rows) {
      const cells = [...row.cells].slice(1);
      const wanted = (verdict) => !filters.verdict.size || filters.verdict.has(verdict);
      const hit = (cell) => !cell.hidden && wanted(verdictOf(cell));
      cells.forEach((cell) => cell.classList.toggle("hit", hit(cell)));
      const shown = cells.filter((cell) => !cell.hidden);
      const differs = new Set(shown.map(verdictOf)).size > 1;
      row.hidden = !(
        (!filters.family.size || filters.family.has(row.parentNode.dataset.family)) &&
        words.every((word) => texts.get(row).includes(word)) &&
        (!differ.checked || differs) &&
        shown.some(hit)
      );
      count += row.hidden ? 0 : idsOf(row).length;
    }
    for (const body of grid.tBodies)
      body.hidden = ![...body.rows].some((row) => row.dataset.ids && !row.hidden);
    for (const heading of grid.querySelectorAll("tr.family > th"))
      heading.colSpan = columns.filter(Boolean).length + 1;
    grid.classList.toggle("filtered", filters.verdict.size > 0);
    return count;
  }

  let narrowed = false;   // whether a filter was on the last time
  let large = grid.tBodies[0].classList.contains("folded");

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrows = words.length > 0 || differ.checked ||
      Object.values(filters).some((known) => known.size > 0);
    const count = narrows || narrowed ? narrow(words) : total;
    narrowed = narrows;
    // More cells than a browser lays out in a moment are folded until less of them is wanted.
    const cells = rows.filter((row) => !row.hidden).length *
      data.kernels.filter((_, index) => isColumnShown(index)).length;
    if (large !== cells > LARGE) {
      large = !large;
      for (const body of grid.tBodies) fold(body, large);
    }
    for (const chip of chips) {
      const kind = chip.parentNode.dataset.filter;
      chip.setAttribute("aria-pressed", String(filters[kind].has(chip.dataset.value)));
    }
    byId("shown").textContent = `${count} of ${total} cases`;
    byId("nothing").hidden = count > 0;
    tellAside();
    if (!current || !isVisible(current)) setCurrent(visibleCells(visibleRows()[0])[0]);
  }

  // The address -------------------------------------------------------------------------------

  function writeHash() {
    const parts = [];
    for (const [kind, values] of Object.entries(filters))
      if (values.size) parts.push(`${kind}=${[...values].map(encodeURIComponent).join(",")}`);
    if (search.value) parts.push(`q=${encodeURIComponent(search.value)}`);
    if (differ.checked) parts.push("differ=1");
    if (opened && current) {
      const place = [kernelOf(current).name, opened].map(encodeURIComponent).join("/");
      parts.push(`cell=${place}`);
    }
    try {
      history.replaceState(null, "", `#${parts.join("&")}`);
    } catch { /* a page inside another one may have no address */ }
  }

  function readHash() {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) return;   // a link to a section
    const query = new URLSearchParams(hash.replaceAll("+", "%2B"));
    for (const [kind, known] of Object.entries(filters)) {
      known.clear();
      const values = new Set(chips.filter((chip) => chip.parentNode.dataset.filter === kind)
        .map((chip) => chip.dataset.value));
      for (const value of (query.get(kind) || "").split(","))
        if (values.has(value)) known.add(value);
    }
    search.value = query.get("q") || "";
    differ.checked = query.get("differ") === "1";
    apply();
    const [name, ...rest] = (query.get("cell") || "").split("/");
    const id = rest.join("/"), cell = findCell(name, id);
    if (cell) {
      fold(cell.closest("tbody"), false);
      if (!isVisible(cell)) reset();
      open(cell, id);
    } else if (hash) {
      close();
      byId("matrix").scrollIntoView();
    }
  }

  function reset() {
    for (const known of Object.values(filters)) known.clear();
    search.value = "";
    differ.checked = false;
    apply();
  }

  // Cells -------------------------------------------------------------------------------------

  const isFolded = (row) => row.parentNode.classList.contains("folded");
  const visibleRows = () => rows.filter((row) => !row.hidden && !isFolded(row));
  const visibleCells = (row) => row ? [...row.cells].slice(1).filter((cell) => !cell.hidden) : [];
  const isVisible = (cell) => !cell.hidden && !cell.parentNode.hidden && !isFolded(cell.parentNode);

  /** Show or hide the cases of a family. */
  function fold(body, folded) {
    body.classList.toggle("folded", folded);
    body.querySelector(".folder").setAttribute("aria-expanded", String(!folded));
    if (!current || !isVisible(current)) setCurrent(visibleCells(visibleRows()[0])[0]);
  }

  /** Whether Tab stops at the families: with an open panel it leads there. */
  function reach(stops) {
    for (const button of grid.querySelectorAll(".folder")) button.tabIndex = stops ? 0 : -1;
  }

  /** Say which kernels are out of sight, for a table that is wider than the window. */
  function tellAside() {
    const box = byId("grid-box").getBoundingClientRect();
    const heads = [...names.cells];
    const left = heads[0].getBoundingClientRect().right;
    const away = data.kernels.filter((_, index) => {
      const head = heads[index + 1], place = head.getBoundingClientRect();
      return !head.hidden && (place.left < left - 8 || place.right > box.right + 8);
    }).map((kernel) => kernel.name);
    byId("aside").hidden = !away.length;
    const more = away.length > NAMED ? ` and ${away.length - NAMED} more` : "";
    byId("aside").textContent =
      `Scroll the table sideways for ${away.slice(0, NAMED).join(", ")}${more}.`;
  }

  const kernelOf = (cell) => data.kernels[cell.cellIndex - 1];

  function findCell(name, id) {
    const index = data.kernels.findIndex((kernel) => kernel.name === name);
    const row = rows.find((one) => idsOf(one).includes(id));
    return index >= 0 && row ? row.cells[index + 1] : null;
  }

  function setCurrent(cell) {
    if (current) current.tabIndex = -1;
    current = cell || null;
    if (current) current.tabIndex = 0;
  }

  function go(cell) {
    if (!cell) return;
    setCurrent(cell);
    cell.focus({ preventScroll: true });
    reveal(cell);
    if (opened) open(cell);
  }

  // Under a sticky header and above an open panel, "visible" needs a closer look.
  function reveal(cell) {
    const around = byId("grid-box");
    const inside = around.scrollHeight > around.clientHeight;   // else the page scrolls
    const scroller = inside ? around : document.scrollingElement;
    const bottom = opened ? panel.getBoundingClientRect().top : innerHeight;
    if (inside && bottom - around.getBoundingClientRect().top < innerHeight / 4)
      around.scrollIntoView();
    const frame = around.getBoundingClientRect();
    const upper = (inside ? frame.top : 0) + grid.tHead.getBoundingClientRect().height + 4;
    const lower = (inside ? Math.min(bottom, frame.bottom) : bottom) - 4;
    const box = cell.getBoundingClientRect();
    if (box.top < upper) scroller.scrollBy(0, box.top - upper);
    else if (box.bottom > lower) scroller.scrollBy(0, box.bottom - lower);
    const left = cell.parentNode.cells[0].getBoundingClientRect().right;
    if (box.left < left) around.scrollBy(box.left - left, 0);
    else if (box.right > innerWidth) around.scrollBy(box.right - innerWidth + 8, 0);
  }

  // The panel ---------------------------------------------------------------------------------

  /** Make an element: make("p", "class", child, "text", ...). Text is never taken for markup. */
  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  /** A text as nodes, in which the names that upstream knows are links. */
  function linked(text) {
    const names = Object.keys(data.links).filter((name) => text.includes(name))
      .sort((one, other) => other.length - one.length);
    if (!names.length) return [text];
    const [before, ...after] = text.split(names[0]);
    const anchor = make("a", "", names[0]);
    anchor.href = data.links[names[0]];
    anchor.rel = "noreferrer";
    return [...linked(before), anchor, ...linked(after.join(names[0]))];
  }

  const field = (name, value) =>
    value ? make("div", "", make("dt", "", name), make("dd", "", ...linked(value))) : null;

  function badge(verdict) {
    const sign = make("span", "", data.verdicts[verdict].sign);
    sign.setAttribute("aria-hidden", "true");
    return make("span", `badge v-${verdict}`, sign, ` ${verdict}`);
  }

  function worldsTable(worlds, times) {
    const head = make("tr", "");
    for (const name of ["World", "Result", "Promised", "ms"]) {
      const cell = make("th", name === "ms" ? "number" : "", name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = make("tbody", "");
    worlds.forEach(([name, result, expected, asPromised, note], index) => {
      const title = make("th", "", name);
      title.scope = "row";
      body.append(make("tr", asPromised ? "" : "wrong", title, make("td", "", result),
        make("td", expected ? "" : "muted", expected || "nothing"),
        make("td", "number", times[index] === null ? "" : times[index].toFixed(1))));
      if (note) {
        const remark = make("td", "", note);
        remark.colSpan = 4;
        body.append(make("tr", "note", remark));
      }
    });
    return make("table", "worlds", make("thead", "", head), body);
  }

  /** The buttons that change between the variants of a row. */
  function switches(cell, id) {
    const ids = idsOf(cell.parentNode);
    if (ids.length < 2) return null;
    const group = make("span", "");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Variants");
    for (const one of ids) {
      const name = one.slice(baseOf(one).length + 1, -1);
      const button = make("button", "switch", name || "plain");
      button.type = "button";
      button.setAttribute("aria-pressed", String(one === id));
      button.addEventListener("click", () => {
        open(cell, one);
        byId("panel-body").querySelector(".switch[aria-pressed=true]").focus();
      });
      group.append(button, " ");
    }
    return group;
  }

  function fill(cell, id) {
    const kernel = kernelOf(cell);
    const about = data.cases[baseOf(id)] || {};
    const verdict = verdictOf(cell);
    const title = make("h3", "id", id);
    title.id = "panel-title";
    const release = `${kernel.name} · Linux ${kernel.release || "?"} · ` +
      (kernel.abi ? `ABI ${kernel.abi} · errata fixed: ${kernel.errata}` : "no Landlock");
    const head = make("div", "panel-head", verdict ? badge(verdict) : null, title,
      switches(cell, id), make("span", "muted", release));
    const result = data.results[cell.cellIndex - 1][places.get(id)];
    if (!result) {
      const text = "This case did not run on this kernel.";
      byId("panel-body").replaceChildren(head, make("p", "", text));
      return;
    }
    const [outcome, ms, times] = result;
    const [reason, issue, shape, rare] = data.outcomes[outcome];
    const [why, known, worlds] = [data.texts[reason], data.texts[issue], data.worlds[shape]];
    const story = make("div", "",
      about.claim ? make("p", "", make("strong", "", about.claim)) : null,
      make("p", "muted", `${verdict}: ${data.verdicts[verdict].meaning}.`),
      why ? make("p", "", why) : null,
      ...(rare.news || []).map((text) => make("p", "", text)),
      known ? make("p", "", make("strong", "", "Known: "), ...linked(known)) : null);
    const shown = make("div", "",
      worlds.length ? worldsTable(worlds, times) : make("p", "muted", "No world came to an end."));
    const facts = make("dl", "", field("Promise", about.promise), field("Guard", about.guard),
      field("Source", about.source), field("Gap", about.gap), field("Needs", about.needs),
      field("Missing", rare.missing), field("Code", about.code),
      field("Time", ms === null ? "" : `${ms.toFixed(1)} ms`));
    const more = make("div", "", facts, make("p", "muted", "Again:"),
      make("code", "command", kernel.command.replace("CASE", id)));
    const log = rare.log ? [make("div", "panel-log",
      make("p", "muted", "Kernel log and console:"), make("pre", "", rare.log.join("\n")))] : [];
    byId("panel-body").replaceChildren(head, story, shown, more, ...log);
    byId("spoken").textContent = `${id} on ${kernel.name}: ${verdict}. ${why}`;
  }

  function open(cell, id = idsOf(cell.parentNode)[0]) {
    grid.querySelector(".selected")?.classList.remove("selected");
    cell.classList.add("selected");
    setCurrent(cell);
    fill(cell, id);
    panel.hidden = false;
    panel.scrollTop = 0;
    opened = id;
    reach(false);
    document.body.classList.add("panel-open");
    cell.focus({ preventScroll: true });
    reveal(cell);
    writeHash();
  }

  function close() {
    if (!opened) return;
    opened = null;
    reach(true);
    panel.hidden = true;
    document.body.classList.remove("panel-open");
    grid.querySelector(".selected")?.classList.remove("selected");
    current?.focus({ preventScroll: true });
    writeHash();
  }

  // Mouse and keyboard ------------------------------------------------------------------------

  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    if (opened && cell === current) close(); else open(cell);
  });

  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
    const lines = visibleRows(), line = lines.indexOf(cell.parentNode);
    const cells = visibleCells(cell.parentNode), place = cells.indexOf(cell);
    const below = (step) => {
      const other = lines[Math.max(0, Math.min(lines.length - 1, line + step))];
      return visibleCells(other)[place];
    };
    const keys = {
      ArrowRight: () => go(cells[place + 1]), ArrowLeft: () => go(cells[place - 1]),
      ArrowDown: () => go(below(1)), ArrowUp: () => go(below(-1)),
      PageDown: () => go(below(15)), PageUp: () => go(below(-15)),
      Home: () => go(cells[0]), End: () => go(cells.at(-1)),
      Enter: () => open(cell), " ": () => open(cell),
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
    } else if (event.key === "/" && !event.ctrlKey && !event.target.closest("input")) {
      event.preventDefault();
      search.focus();
    }
  });

  for (const chip of chips) {
    chip.addEventListener("click", () => {
      const known = filters[chip.parentNode.dataset.filter];
      if (!known.delete(chip.dataset.value)) known.add(chip.dataset.value);
      apply();
      writeHash();
    });
  }
  for (const input of [search, differ])
    input.addEventListener("input", () => { apply(); writeHash(); });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("reset").addEventListener("click", () => { reset(); writeHash(); });
  byId("close").addEventListener("click", close);
  addEventListener("hashchange", readHash);

  for (const body of grid.tBodies) {
    const title = body.querySelector(".title"), button = make("button", "folder", ...title.childNodes);
    button.type = "button";
    button.setAttribute("aria-expanded", String(!body.classList.contains("folded")));
    button.addEventListener("click", () => fold(body, !body.classList.contains("folded")));
    title.replaceChildren(button);
  }
  byId("grid-box").addEventListener("scroll", tellAside, { passive: true });
  addEventListener("resize", tellAside);

  byId("filters").hidden = false;
  if (matchMedia("(max-width: 700px)").matches) byId("more").open = false;
  apply();
  byId("grid-box").scrollLeft = byId("grid-box").scrollWidth;   // the newest kernel comes last
  tellAside();
  if (location.hash) readHash();
})();
