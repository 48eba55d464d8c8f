// The mapping board: Streak's fields on the left, NetSuite's on the right, lines between them.
// One module for two hosts: a notebook (anywidget calls `render`) and a page (which calls `mount`).
// All it needs of its host is `ask(command, payload)`, which resolves to an answer or rejects with a message.

import { h, there } from "./elements.js";
import { RuleForm } from "./rule_form.js";

const SVG = "http://www.w3.org/2000/svg";
const DRAG_FROM_PIXELS = 4;
const PREVIEW_AFTER_MS = 400;

const kindOf = (target) => target.replace(/\[\d+\]/, "[0]"); // the same field of any order line
/** All sources of a suggestion: an address may be put together from several. */
const sourcesOf = ({ source, parts }) => (parts?.length ? parts : [source]);
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const percent = (probability) => `${Math.round(probability * 100)} %`;

/** Steps that can be undone and done again; each is a draft's text, what was said of suggestions, and which were open. */
class Steps {
  #before = [];
  #after = [];

  add(state) {
    this.#before.push(state);
    this.#after = [];
  }

  back(now) {
    if (!this.#before.length) return null;
    this.#after.push(now);
    return this.#before.pop();
  }

  forth(now) {
    if (!this.#after.length) return null;
    this.#before.push(now);
    return this.#after.pop();
  }

  get canGoBack() { return this.#before.length > 0; }
  get canGoForth() { return this.#after.length > 0; }
}

class Board {
  constructor(root, ask) {
    this.root = root;
    this.board = ""; // which of the host's boards: the deals' when it has no name
    this.boards = [];
    this.askHost = (command, payload = {}) => ask(command, this.board ? { ...payload, board: this.board } : payload);
    this.forgetAll();
    this.search = { sources: "", targets: "" };
    this.asked = 0;
    this.refusal = "";       // why the host did not do what it was asked last
    this.last = Promise.resolve();
    this.abort = new AbortController();
  }

  /** As it is before anything was read. */
  forgetAll() {
    this.steps = new Steps();
    this.suggestions = [];
    this.offered = []; // the targets of lines that are suggested
    this.verdicts = new Map();
    this.kept = new Map();   // the verdicts as they were last saved
    this.chosen = null;      // the target whose rule is shown
    this.picked = null;      // the source that is being connected
    this.preview = null;
    this.previewFault = "";
    this.text = this.saved = "";
    this.words = { one: "deal", many: "deals", none: "There is no won deal to try it on." };
  }

  // --- talking to the host ---------------------------------------------------------------------------

  /** Ask the host; while it answers the board says so. A refusal is told and gives null. */
  async ask(command, payload = {}) {
    this.root.setAttribute("aria-busy", String(++this.asked > 0));
    try {
      this.refusal = "";
      return await this.askHost(command, payload);
    } catch (error) {
      this.refusal = error.message;
      this.tell(error.message, { bad: true });
      return null;
    } finally {
      this.root.setAttribute("aria-busy", String(--this.asked > 0));
    }
  }

  async start() {
    this.build();
    await this.open();
  }

  /** Read the fields of both sides; until they are there the board says so, and offers nothing that needs them. */
  async open() {
    this.drawWaiting((vendor) => `Reading ${vendor}'s fields …`, true);
    this.next.replaceChildren();
    this.tell("Reading the fields of Streak and NetSuite … this may take half a minute.");
    const found = await this.ask("open");
    if (found) this.begin(found);
    else this.drawUnread();
  }

  begin(found) {
    Object.assign(this, { title: found.title, file: found.file, digest: found.digest, saved: found.text });
    this.words = found.words ?? this.words;
    this.boards = found.boards ?? [];
    this.drawBoards();
    this.sources = found.sources;
    this.ownTargets = found.targets;
    for (const one of Object.values(this.lists)) one.removeAttribute("aria-busy");
    for (const one of this.toolbar.children) one.disabled = false;
    this.show(found);
    this.tell(`${this.file}: ${found.lines.length} fields are mapped.`);
  }

  async openAgain() {
    await this.open();
    if (this.text) this.focusSide("sources");
    else this.next.querySelector("button").focus();
  }

  /** What else can be mapped here; nothing when the host has one board only. */
  drawBoards() {
    this.boardBox.hidden = this.boards.length < 2;
    this.boardChoice.replaceChildren(...this.boards.map(({ id, title }) => h("option", { value: id }, title)));
    this.boardChoice.value = this.board;
  }

  /** Turn to another board. A draft that is not saved is left behind only when that is asked for a second time. */
  async turnTo(name) {
    if (this.text !== this.saved && this.leaving !== name) {
      this.leaving = name;
      this.boardChoice.value = this.board;
      this.tell(`${this.file} is not saved. Save it, or choose again to leave the draft behind.`, { bad: true });
      return;
    }
    this.leaving = null;
    clearTimeout(this.previewTimer);
    this.forgetAll();
    this.board = name;
    this.status.replaceChildren();
    for (const box of [this.detail, this.yamlBox, this.previewBox, this.faultList, this.carefulList, this.svg]) box.replaceChildren();
    await this.open();
    this.boardChoice.focus();
  }

  /** The targets of the draft, and those of lines that are only suggested yet. */
  withOffered() {
    const known = new Set(this.drawn.map(({ id }) => id));
    const wanted = new Set(this.suggestions.map(({ target }) => target.split("].")[0]));
    return [...this.drawn, ...this.offered.filter(({ id }) => !known.has(id) && wanted.has(id.split("].")[0]))];
  }

  /** Take over what the host made of a draft. */
  show(found) {
    const { text, lines, gone, faults, careful = [] } = found;
    Object.assign(this, { text, lines, gone, faults, careful });
    this.drawn = [...this.ownTargets, ...(found.more ?? [])];
    this.targets = this.withOffered();
    this.lineTo = new Map(lines.map((line) => [line.target, line]));
    this.readBy = new Map();
    for (const line of lines)
      for (const source of line.sources) this.readBy.set(source, [...(this.readBy.get(source) ?? []), line.target]);
    this.draw();
    this.previewSoon();
  }

  state() {
    return {
      text: this.text, verdicts: new Map(this.verdicts), suggestions: [...this.suggestions], offered: this.offered, lines: this.lineTo };
  }

  /** Do something after all that was asked for before it: each step begins with the draft that the one before it left. */
  inTurn(action) {
    this.last = this.last.then(action, action);
    return this.last;
  }

  /** Do one step that changes the draft, so that it can be undone. */
  change(command, payload, told) {
    return this.inTurn(() => this.doChange(command, payload, told));
  }

  async doChange(command, payload, told) {
    const before = this.state();
    const found = await this.ask(command, { text: before.text, ...payload });
    if (!found) return false;
    const made = found.made ?? payload.target; // a line that comes before its turn is the next one
    if (found.text !== before.text) this.steps.add(before);
    this.suggestions = this.suggestions.filter(
      (one) => one.target !== payload.target && !sourcesOf(one).includes(payload.source));
    if (found.made) this.chosen = found.made;
    this.show(found);
    if (payload.source) this.judge(payload, made, before);
    this.forget();
    if (payload.target && made !== payload.target) await this.askAssistant(); // the other lines have moved
    this.drawStatus();
    const said = typeof told === "string" ? told : told(made);
    this.tell(found.told ? `${said} Careful: ${found.told}.` : said);
    if (this.chosen) await this.showRule(this.chosen);
    return true;
  }

  // --- what people do --------------------------------------------------------------------------------

  async connect(source, target, { suggestion = null } = {}) {
    this.picked = null;
    const parts = suggestion?.parts ?? [];
    const told = (made) => `${this.titlesOf({ source, parts })} goes to ${this.titleOf(made)}.`;
    this.chosen = target;
    const done = await this.change("connect", { source, target, parts, suggested: suggestion !== null }, told);
    if (!done) this.draw();
  }

  /** A line that was drawn is a person's word: for its pair, and against what was suggested or stood there instead. */
  judge({ source, target, parts }, made, before) {
    const offered = before.suggestions.find((one) => one.source === source && one.target === target);
    for (const one of before.suggestions)
      if (one !== offered && (sourcesOf(one).includes(source) || one.target === target)) this.say(one, false);
    const replaced = before.lines.get(made);
    for (const old of replaced?.how === "from" ? replaced.sources : [])
      if (old !== source && this.isKnown(old, made)) this.say({ source: old, target: made, ...before.verdicts.get(`${old}\n${made}`) }, false);
    // Of an address that was put together no field alone is the address.
    if (!parts.length && this.isKnown(source, made)) this.say({ source, target: made, probability: offered?.probability }, true);
  }

  isKnown(source, target) {
    return this.sources.some((one) => one.id === source) && this.targets.some((one) => one.id === target);
  }

  say({ source, target, probability = null }, accepted) {
    this.verdicts.set(`${source}\n${target}`, { source, target, accepted, probability });
  }

  /** What was said for a line that is not there any more is taken back. */
  forget() {
    for (const [key, { source, target, accepted }] of this.verdicts)
      if (accepted && !this.lineTo.get(target)?.sources.includes(source)) this.verdicts.delete(key);
  }

  async remove(target) {
    if (this.lineTo.has(target)) await this.change("remove", { target }, `Nothing goes to ${this.titleOf(target)} now.`);
  }

  turnDown(suggestion) {
    this.steps.add(this.state());
    this.say(suggestion, false);
    this.suggestions = this.suggestions.filter((one) => one !== suggestion);
    this.draw();
  }

  /** Ask what else could be mapped; resolves to what the assistant said, null when it could not be asked. */
  async askAssistant() {
    const found = await this.ask("suggest", { text: this.text });
    if (!found) return null;
    const turnedDown = (one) => [...this.verdicts.values()].some(
      (said) => said.accepted === false && said.source === one.source && kindOf(said.target) === kindOf(one.target));
    this.suggestions = found.suggestions.filter((one) => one.target && !turnedDown(one));
    this.offered = found.more ?? [];
    this.targets = this.withOffered();
    this.draw();
    return found;
  }

  async suggest() {
    const found = await this.askAssistant();
    if (!found) return;
    const unsure = found.suggestions.filter((one) => !one.target).length;
    this.tell(`${counted(this.suggestions.length, "suggestion")}; of ${counted(unsure, "field")} the assistant does not know where ${unsure === 1 ? "it belongs" : "they belong"}.`);
    if (this.chosen) await this.showRule(this.chosen);
  }

  /** What was said since it was last saved; what was taken back since then is said to be neither. */
  news() {
    const said = [...this.verdicts].filter(([key, one]) => this.kept.get(key)?.accepted !== one.accepted).map(([, one]) => one);
    const takenBack = [...this.kept].filter(([key]) => !this.verdicts.has(key)).map(([, one]) => ({ ...one, accepted: null }));
    return [...said, ...takenBack];
  }

  undo() { return this.inTurn(() => this.step(this.steps.back(this.state()), "Undone.")); }
  redo() { return this.inTurn(() => this.step(this.steps.forth(this.state()), "Done again.")); }

  async step(state, told) {
    if (state === null) return;
    const found = await this.ask("look", { text: state.text });
    if (!found) return;
    this.verdicts = new Map(state.verdicts);
    this.suggestions = state.suggestions;
    this.offered = state.offered;
    this.show(found);
    this.tell(told);
    if (this.chosen) await this.showRule(this.chosen);
  }

  save() { return this.inTurn(() => this.doSave()); }

  async doSave() {
    const found = await this.ask("save", {
      text: this.text, digest: this.digest, verdicts: this.news() });
    if (!found) return;
    this.digest = found.digest;
    this.saved = found.text;
    this.kept = new Map(this.verdicts);
    this.show(found);
    this.tell(found.changed.length ? `Saved ${this.file}: ${counted(found.changed.length, "rule")} changed.` : "Nothing to save.");
  }

  previewSoon() {
    clearTimeout(this.previewTimer);
    this.previewIsStale(true);
    this.previewTimer = setTimeout(() => this.tryOut(), PREVIEW_AFTER_MS);
  }

  // Marked without fading: what is out of date is still read.
  previewIsStale(stale) {
    this.previewBox.classList.toggle("sn-stale", stale);
    this.previewBox.setAttribute("aria-busy", String(stale));
  }

  async tryOut() {
    if (this.faults.length) {
      this.preview = null;
      this.previewFault = "The preview comes back when the draft has no fault.";
    } else {
      const text = this.text;
      const found = await this.askHost("preview", { text }).catch((error) => ({ error: error.message }));
      if (text !== this.text) return; // an older draft's
      this.preview = found.error ? null : found;
      this.previewFault = found.error ?? "";
    }
    this.previewIsStale(false);
    this.drawPreview();
    this.drawStatus();
  }

  // --- drawing ---------------------------------------------------------------------------------------

  build() {
    const button = (name, label, action, hint) =>
      h("button", { type: "button", class: "sn-button", "data-action": name, title: hint, onclick: action }, label);
    const searchBox = (side, label) => h("input", {
      type: "search", class: "sn-search", placeholder: label, "aria-label": label,
      oninput: (event) => { this.search[side] = event.target.value.toLowerCase(); this.draw(); } });
    const list = (side, label) => h("div", {
      class: "sn-list", role: "listbox", "aria-label": label, "data-side": side, tabindex: "-1",
      onkeydown: (event) => this.key(event, side) });
    this.heading = h("h2", { class: "sn-title" }, "Mapping");
    this.boardChoice = h("select", { class: "sn-input", "data-action": "board", onchange: () => this.turnTo(this.boardChoice.value) });
    this.boardBox = h("label", { class: "sn-boards" }, "What is mapped ", this.boardChoice);
    this.boardBox.hidden = true;
    this.status = h("div", { class: "sn-status" });
    this.next = h("div", { class: "sn-next" });
    this.faultList = h("ul", { class: "sn-faults", "aria-label": "Faults of the draft" });
    this.carefulList = h("ul", { class: "sn-careful", "aria-label": "What saving would lose" });
    this.lists = { sources: list("sources", "Fields of Streak"), targets: list("targets", "Fields of NetSuite") };
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("class", "sn-lines");
    this.svg.setAttribute("aria-hidden", "true");
    this.detail = h("section", { class: "sn-detail", "aria-label": "The chosen field" });
    this.yamlBox = h("section", { class: "sn-yaml", "aria-label": "The rule as YAML" });
    this.previewBox = h("section", { class: "sn-preview", "aria-label": "Preview on real records" });
    this.voice = h("div", { class: "sn-voice", role: "status", "aria-live": "polite" });
    this.toolbar = h("div", { class: "sn-toolbar", role: "toolbar", "aria-label": "Board" },
      button("suggest", "Suggest", () => this.suggest(), "Ask the assistant about fields that are not mapped"),
      button("undo", "Undo", () => this.undo(), "Ctrl+Z"),
      button("redo", "Redo", () => this.redo(), "Ctrl+Shift+Z"),
      button("save", "Save", () => this.save(), "Ctrl+S"));
    this.stage = h("div", { class: "sn-stage" },
      h("div", { class: "sn-side" }, h("h3", {}, "Streak"), searchBox("sources", "Search Streak's fields"), this.lists.sources),
      h("div", { class: "sn-gap" }),
      h("div", { class: "sn-side" }, h("h3", {}, "NetSuite"), searchBox("targets", "Search NetSuite's fields"), this.lists.targets),
      this.svg);
    this.root.className = "sn-board";
    this.root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own keys stay out of the board
    this.root.replaceChildren(
      h("header", { class: "sn-header" }, this.heading, this.boardBox, this.toolbar), this.status, this.voice, this.next, this.faultList, this.carefulList,
      this.stage, h("div", { class: "sn-below" }, this.detail, h("div", { class: "sn-beside" }, this.previewBox, this.yamlBox)));
    this.listen();
  }

  listen() {
    const { signal } = this.abort;
    this.root.addEventListener("keydown", (event) => this.shortcut(event), { signal });
    this.root.addEventListener("pointerdown", (event) => this.dragFrom(event), { signal });
    for (const list of Object.values(this.lists)) list.addEventListener("scroll", () => this.drawLines(), { signal });
    this.watcher = new ResizeObserver(() => this.drawLines());
    this.watcher.observe(this.stage);
  }

  close() {
    this.abort.abort();
    this.watcher?.disconnect();
    clearTimeout(this.previewTimer);
  }

  tell(text, { bad = false } = {}) {
    this.voice.textContent = text;
    this.voice.classList.toggle("sn-bad", bad);
  }

  titleOf(id) {
    const field = [...(this.sources ?? []), ...(this.targets ?? [])].find((one) => one.id === id);
    return field ? `${field.record}: ${field.title}` : id;
  }

  titlesOf(suggestion) {
    return sourcesOf(suggestion).map((id) => this.titleOf(id)).join(", ");
  }

  /** Both lists as long as there is nothing to show in them. */
  drawWaiting(words, busy) {
    for (const [side, vendor] of [["sources", "Streak"], ["targets", "NetSuite"]]) {
      this.lists[side].setAttribute("aria-busy", String(busy));
      this.fillList(side, [h("div", { class: `sn-none${busy ? " sn-reading" : ""}` }, words(vendor))], false);
    }
    for (const one of this.toolbar.children) one.disabled = true;
  }

  /** Nothing could be read: why is told already; here is what to do. */
  drawUnread() {
    this.drawWaiting((vendor) => `${vendor}'s fields are not read.`, false);
    this.next.replaceChildren(
      h("p", {}, "Mend what is said above, then try again. ",
        h("code", {}, "streak-netsuite doctor"), " looks at the mapping, the ledger and both connections, and says what to do."),
      h("button", { type: "button", class: "sn-button", "data-action": "again", onclick: () => this.openAgain() }, "Try again"));
  }

  draw() {
    if (!this.text) return;
    const focused = this.root.contains(document.activeElement) ? document.activeElement?.dataset?.id : null;
    const side = focused ? document.activeElement.closest(".sn-list")?.dataset.side : null;
    this.heading.textContent = this.title;
    this.drawList("sources", this.visible("sources"));
    this.drawList("targets", this.visible("targets"));
    this.faultList.replaceChildren(...this.faults.map((fault) => h("li", {}, fault)));
    this.carefulList.replaceChildren(...this.careful.map((one) => h("li", {}, one)));
    this.drawStatus();
    this.drawLines();
    if (focused && side) this.item(side, focused)?.focus({ preventScroll: true });
  }

  /** The fields of a side that the search lets through; on the right what NetSuite demands comes first. */
  visible(side) {
    const known = this[side];
    const gone = this.gone[side].map((id) => ({ id, record: "Gone", title: id, type: "", options: [], gone: true }));
    const words = this.search[side].split(/\s+/).filter(Boolean);
    const matching = [...gone, ...known].filter((one) => {
      const text = `${one.record} ${one.title} ${one.id} ${one.type}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return side === "targets"
      ? matching.sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false))
      : matching;
  }

  drawList(side, fields) {
    const list = this.lists[side];
    const top = list.scrollTop;
    const groups = new Map();
    for (const field of fields) {
      const title = side === "targets" && field.required ? "Demanded by NetSuite" : field.record;
      groups.set(title, [...(groups.get(title) ?? []), this.drawItem(side, field)]);
    }
    const shown = [...groups].map(([title, items]) => h("div", { role: "group", "aria-label": title },
      h("div", { class: "sn-group", "aria-hidden": "true" }, title), ...items));
    if (!fields.length) shown.push(h("div", { class: "sn-none" }, "no field has these words"));
    this.fillList(side, shown, fields.length > 0);
    if (!list.querySelector('[tabindex="0"]')) list.querySelector(".sn-item")?.setAttribute("tabindex", "0");
    list.scrollTop = top;
  }

  /** A list of nothing to choose from is no list box. */
  fillList(side, shown, choosable) {
    this.lists[side].setAttribute("role", choosable ? "listbox" : "group");
    this.lists[side].replaceChildren(...shown);
  }

  drawItem(side, field) {
    const isSource = side === "sources";
    const mapped = isSource ? this.readBy.has(field.id) : this.lineTo.has(field.id);
    const offered = this.suggestions.find((one) => (isSource ? sourcesOf(one).includes(field.id) : one.target === field.id));
    const chosen = isSource ? this.picked === field.id : this.chosen === field.id;
    const fault = !isSource && this.faults.some((one) => one.includes(`${field.id}:`) || one.includes(`${field.id}.`));
    const lost = [...new Set(this.gone.options.filter((one) => one[isSource ? "source" : "target"] === field.id).map((one) => one.option))];
    const marks = [
      field.gone && h("span", { class: "sn-mark sn-bad" }, "not there any more"),
      ...lost.map((word) => h("span", { class: "sn-mark sn-bad", title: `A table still has the option '${word}'` }, `no option ${word}`)),
      fault && h("span", { class: "sn-mark sn-bad" }, "fault"),
      !isSource && field.required && !mapped && h("span", { class: "sn-mark sn-bad" }, "missing"),
      offered && !mapped && h("span", { class: "sn-mark sn-maybe" }, percent(offered.probability)),
      mapped && h("span", { class: "sn-mark sn-done" }, isSource ? "read" : this.howOf(field.id)),
    ];
    const state = [
      field.type, field.gone ? "not there any more" : mapped ? "mapped" : "not mapped",
      !isSource && field.required && "demanded by NetSuite", offered && !mapped && `suggested, ${percent(offered.probability)}`,
      fault && "has a fault"].filter(Boolean).join(", ");
    return h("div", {
      class: `sn-item${mapped ? " sn-mapped" : ""}${field.gone ? " sn-gone" : ""}`, role: "option",
      "data-id": field.id, tabindex: chosen ? "0" : "-1", "aria-selected": String(chosen), title: field.id,
      "aria-label": `${field.record}: ${field.title}, ${state}`,
      onclick: () => this.click(side, field.id) },
    h("span", { class: "sn-name" }, field.title),
    h("span", { class: "sn-type" }, [field.type, isSource && field.filled].filter(Boolean).join(" · ")),
    ...marks.filter(Boolean));
  }

  howOf(target) {
    const { how, lookup } = this.lineTo.get(target);
    const word = { from: "", first_of: "first of", expression: "expression", function: "function", value: "fixed", each: "each" }[how];
    return [word, lookup && `lookup ${lookup}`].filter(Boolean).join(", ") || "filled";
  }

  drawStatus() {
    const filled = this.targets.filter((one) => one.is !== "line" && this.lineTo.has(one.id)).length;
    const missing = this.targets.filter((one) => one.required && !this.lineTo.has(one.id)).length;
    const unread = this.sources.filter((one) => !this.readBy.has(one.id)).length;
    const held = this.preview?.deals.filter((deal) => deal.held.length).length ?? 0;
    const gone = this.gone.sources.length + this.gone.targets.length + this.gone.options.length;
    const chip = (text, bad) => h("span", { class: `sn-chip${bad ? " sn-bad" : ""}` }, text);
    this.status.replaceChildren(
      chip(`${filled} of ${this.targets.filter((one) => one.is !== "line").length} NetSuite fields filled`),
      chip(`${missing} demanded fields missing`, missing > 0),
      chip(`${unread} Streak fields unread`),
      chip(`${gone} not there any more`, gone > 0),
      chip(counted(this.faults.length, "fault"), this.faults.length > 0),
      // There from the start: a chip that comes later makes a new line, and moves a field away from under the mouse.
      chip(this.preview ? `${held} of ${this.preview.deals.length} ${this.words.many} held` : `${this.words.many} being tried`, held > 0),
      chip(this.text === this.saved ? "saved" : "not saved yet", false));
    const button = (name) => this.toolbar.querySelector(`[data-action="${name}"]`);
    button("undo").disabled = !this.steps.canGoBack;
    button("redo").disabled = !this.steps.canGoForth;
    button("save").disabled = this.faults.length > 0 || (this.text === this.saved && !this.news().length);
  }

  // --- lines -----------------------------------------------------------------------------------------

  item(side, id) {
    return this.lists[side].querySelector(`.sn-item[data-id="${CSS.escape(id)}"]`);
  }

  /** Where a line meets an item, within the stage; null when the item is filtered out. */
  anchor(side, id) {
    const item = this.item(side, id);
    if (!item) return null;
    const stage = this.stage.getBoundingClientRect();
    const list = this.lists[side].getBoundingClientRect();
    const box = item.getBoundingClientRect();
    const middle = (box.top + box.bottom) / 2;
    const shown = Math.max(list.top, Math.min(list.bottom, middle)); // one that is scrolled away is met at the edge
    return { x: (side === "sources" ? list.right : list.left) - stage.left, y: shown - stage.top, away: shown !== middle };
  }

  drawLines() {
    if (!this.lines) return;
    const drawn = [];
    for (const line of this.lines)
      for (const source of line.sources)
        drawn.push(this.drawLine(source, line.target, line.target === this.chosen ? "sn-chosen" : ""));
    for (const one of this.suggestions)
      for (const source of sourcesOf(one)) drawn.push(this.drawLine(source, one.target, `sn-maybe sn-${one.band}`));
    this.svg.replaceChildren(...drawn.filter(Boolean));
  }

  drawLine(source, target, style) {
    const from = this.anchor("sources", source);
    const to = this.anchor("targets", target);
    if (!from || !to) return null;
    if (from.away && to.away) return null;
    return this.curve(from, to, from.away || to.away ? `${style} sn-away` : style);
  }

  curve(from, to, style) {
    const bend = Math.max(30, Math.abs(to.x - from.x) / 2);
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", `M ${from.x} ${from.y} C ${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`);
    path.setAttribute("class", `sn-line ${style}`);
    return path;
  }

  // --- mouse -----------------------------------------------------------------------------------------

  async click(side, id) {
    if (this.dragged) return;
    if (side === "sources") {
      this.pick(this.picked === id ? null : id);
      return;
    }
    if (this.picked) {
      await this.connect(this.picked, id);
      return;
    }
    await this.choose(id);
  }

  dragFrom(event) {
    const item = event.target.closest?.('[data-side="sources"] .sn-item');
    this.dragged = false;
    if (!item || item.classList.contains("sn-gone") || event.button !== 0) return;
    const start = { x: event.clientX, y: event.clientY };
    const source = item.dataset.id;
    const move = (now) => {
      if (!this.dragged && Math.hypot(now.clientX - start.x, now.clientY - start.y) < DRAG_FROM_PIXELS) return;
      this.dragged = true;
      now.preventDefault();
      this.root.classList.add("sn-dragging");
      this.dragTo(source, now);
    };
    const end = async (now) => {
      stop.abort();
      this.root.classList.remove("sn-dragging");
      this.over?.classList.remove("sn-over");
      const target = this.dragged ? this.targetAt(now) : null;
      this.over = null;
      this.drawLines();
      if (target) await this.connect(source, target.dataset.id);
      setTimeout(() => { this.dragged = false; }); // after the click that ends a drag
    };
    const stop = new AbortController();
    const { signal } = stop;
    document.addEventListener("pointermove", move, { signal });
    document.addEventListener("pointerup", end, { signal });
    document.addEventListener("pointercancel", end, { signal });
    this.abort.signal.addEventListener("abort", () => stop.abort(), { signal });
  }

  dragTo(source, event) {
    const stage = this.stage.getBoundingClientRect();
    const from = this.anchor("sources", source);
    this.drawLines();
    if (from) {
      const to = { x: event.clientX - stage.left, y: event.clientY - stage.top };
      this.svg.append(this.curve(from, to, "sn-chosen"));
    }
    this.over?.classList.remove("sn-over");
    this.over = this.targetAt(event);
    this.over?.classList.add("sn-over");
  }

  targetAt(event) {
    const under = this.root.getRootNode().elementFromPoint(event.clientX, event.clientY);
    const item = under?.closest?.('[data-side="targets"] .sn-item');
    return item && this.root.contains(item) && !item.classList.contains("sn-gone") ? item : null;
  }

  // --- keyboard --------------------------------------------------------------------------------------

  pick(id) {
    this.picked = id;
    this.draw();
    this.tell(id ? `${this.titleOf(id)} is picked up; choose a field of NetSuite, or press Escape.` : "Put down.");
  }

  async key(event, side) {
    const items = [...this.lists[side].querySelectorAll(".sn-item")];
    const at = items.indexOf(event.target);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const id = items[at].dataset.id;
    if (to !== undefined) this.focusOn(items[Math.max(0, Math.min(items.length - 1, to))], items);
    else if (event.key === "ArrowRight" && side === "sources") this.focusSide("targets");
    else if (event.key === "ArrowLeft" && side === "targets") this.focusSide("sources");
    else if (event.key === "Enter" || event.key === " ") await this.once(event, () => this.enter(side, id, event));
    else if ((event.key === "Delete" || event.key === "Backspace") && side === "targets") await this.once(event, () => this.remove(id));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Held keys move through a list, and change nothing a second time: the focus has moved on meanwhile. */
  async once(event, act) {
    if (event.repeat) event.preventDefault();
    else await act();
  }

  async enter(side, id, event) {
    event.preventDefault();
    if (side === "sources") {
      if (event.currentTarget?.querySelector?.(".sn-gone")?.dataset.id === id) return;
      this.pick(id);
      this.focusSide("targets");
    } else if (this.picked) {
      await this.connect(this.picked, id);
      this.item("targets", id)?.focus();
    } else {
      await this.choose(id);
    }
  }

  focusOn(item, items) {
    for (const one of items) one.setAttribute("tabindex", one === item ? "0" : "-1");
    item.focus();
  }

  focusSide(side) {
    const list = this.lists[side];
    (list.querySelector('[tabindex="0"]') ?? list.querySelector(".sn-item"))?.focus();
  }

  shortcut(event) {
    const typing = event.target.matches("textarea, input, select");
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (!this.text) return; // nothing is read yet
    if (event.key === "Escape" && this.picked) this.pick(null);
    else if (command && key === "s") this.save();
    else if (command && key === "z" && !typing) event.shiftKey ? this.redo() : this.undo();
    else if (command && key === "y" && !typing) this.redo();
    else if (key === "/" && !typing) this.root.querySelector(".sn-search").focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // --- the chosen field ------------------------------------------------------------------------------

  async choose(id) {
    if (this.chosen !== id) { // the last field's buttons are gone at once
      this.detail.replaceChildren(h("h3", {}, this.titleOf(id)));
      this.yamlBox.replaceChildren();
    }
    this.chosen = id;
    this.draw();
    await this.showRule(id);
    this.drawPreview();
  }

  async showRule(id) {
    const found = await this.ask("rule", { text: this.text, target: id });
    if (!found || this.chosen !== id) return;
    this.drawDetail(id, found);
    this.drawPreview();
  }

  drawDetail(id, found) {
    const offered = this.suggestions.filter((one) => one.target === id);
    const typed = this.typed();
    const focused = this.detail.contains(document.activeElement) || this.yamlBox.contains(document.activeElement)
      ? document.activeElement.dataset.key : null;
    const field = this.targets.find((one) => one.id === id);
    const form = found.form && new RuleForm({
      target: id, field, form: found.form, sources: this.sources, faults: this.faults,
      send: (changes, told) => this.setParts(id, changes, told), remove: () => this.remove(id),
      another: () => this.change("line", {}, "There is one more line; map its item and quantity.") });
    this.detail.replaceChildren(...there([
      h("h3", {}, this.titleOf(id)),
      h("p", { class: "sn-path" }, id),
      ...offered.map((one) => this.drawOffer(one)),
      found.judged && this.drawJudged(found.judged),
      form && form.draw(),
      found.fixed && h("p", {}, "An expression of the file fills this field; change it there: ", h("code", {}, found.fixed)),
      found.rule && found.form?.kind !== "line" && h("button", { type: "button", class: "sn-button", "data-action": "remove",
        onclick: () => this.remove(id) }, "Remove the rule")]));
    this.yamlBox.replaceChildren(...there([
      !found.fixed && h("h3", {}, "As YAML"),
      !found.fixed && this.drawEditor("Rule", id, found.rule, `from: ${this.sources[0]?.id ?? "box.name"}`),
      found.lookup && this.drawEditor(`Table ${found.lookup}`, `lookups.${found.lookup}`, found.table, "table: {}")]));
    for (const box of this.typedBoxes()) {
      if (typed.has(box.dataset.key)) box.value = typed.get(box.dataset.key);
    }
    if (focused) this.focusAgain(focused);
  }

  /** Put parts into the chosen rule; resolves to "" or to why it was refused. */
  async setParts(target, changes, told) {
    const done = await this.change("set", { target, changes }, told);
    return done ? "" : this.refusal;
  }

  /** The keys are where they were when the form is drawn anew; where that control is gone, at the nearest there is. */
  focusAgain(key) {
    const find = (one) => this.root.querySelector(`.sn-below [data-key="${CSS.escape(one)}"]`);
    const near = key.replace(/(\[\d+\])?\/?[^/]*$/, "");
    (find(key) ?? find(`${near}/add`) ?? find(near) ?? this.detail.querySelector("[data-key]"))?.focus({ preventScroll: true });
  }

  typedBoxes() {
    return [...this.root.querySelectorAll(".sn-below textarea, .sn-below input[type=text]")].filter((box) => box.dataset.key);
  }

  /** What was typed and not applied yet: an answer that comes late must not take it away. */
  typed() {
    const boxes = this.typedBoxes().filter((box) => box.given !== undefined && box.value !== box.given);
    return new Map(boxes.map((box) => [box.dataset.key, box.value]));
  }

  drawOffer(one) {
    return h("div", { class: "sn-offer" },
      h("p", {}, `Suggested: ${this.titlesOf(one)}, ${percent(one.probability)} sure`),
      this.drawReasons(one),
      h("button", { type: "button", class: "sn-button", "data-action": "accept",
        onclick: () => this.connect(one.source, one.target, { suggestion: one }) }, "Take it over"),
      h("button", { type: "button", class: "sn-button", "data-action": "reject",
        onclick: () => { this.turnDown(one); this.choose(one.target); } }, "No"));
  }

  drawJudged(judged) {
    return h("details", { class: "sn-why" },
      h("summary", {}, `The assistant holds this for ${percent(judged.probability)} likely`), this.drawReasons(judged));
  }

  drawReasons({ because, careful }) {
    return h("ul", {},
      ...because.map((one) => h("li", {}, `${one.seen} (${one.weight > 0 ? "+" : ""}${one.weight})`)),
      ...careful.map((text) => h("li", { class: "sn-bad" }, `careful: ${text}`)));
  }

  drawEditor(label, target, text, hint) {
    const box = h("textarea", { class: "sn-rule", spellcheck: "false", "aria-label": label, placeholder: hint,
      rows: String(Math.min(12, Math.max(3, text.split("\n").length))), "data-key": `yaml:${target}` });
    box.value = text;
    box.given = box.value;
    return h("div", { class: "sn-editor" }, h("h4", {}, label), box,
      h("button", { type: "button", class: "sn-button", "data-action": "apply", "data-key": `apply:${target}`,
        onclick: () => this.apply(label, target, box) }, "Apply"));
  }

  async apply(label, target, box) {
    box.given = box.value; // applied is not typed any more
    await this.change("write", { target, rule: box.value }, `${label} of ${target} is changed.`);
  }

  // --- preview ---------------------------------------------------------------------------------------

  drawPreview() {
    const rows = this.preview?.deals.map((deal, number) => this.drawDeal(deal, number)) ?? [];
    this.previewBox.replaceChildren(
      h("h3", {}, `On real ${this.words.many}`),
      this.previewFault ? h("p", { class: "sn-bad" }, this.previewFault) : "",
      this.preview && !rows.length ? h("p", {}, this.words.none) : "",
      rows.length ? h("table", {},
        h("thead", {}, h("tr", {}, h("th", {}, capital(this.words.one)), h("th", {}, "In Streak"), h("th", {}, "In NetSuite"), h("th", {}, "Held because"))),
        h("tbody", {}, ...rows)) : "");
  }

  drawDeal(deal, number) {
    const value = this.chosen ? this.preview.values[this.chosen]?.[number] : null;
    return h("tr", { class: deal.held.length ? "sn-held" : "" },
      h("td", {}, deal.name),
      h("td", {}, value?.source ?? ""),
      h("td", {}, value?.fault ? h("span", { class: "sn-bad" }, value.fault) : value?.value ?? ""),
      h("td", {}, deal.held.join("; ")));
  }
}

/** Show the board in an element; returns what takes it away again. */
export function mount(element, ask) {
  const board = new Board(element, ask);
  board.start();
  return () => board.close();
}

/** anywidget: questions and answers travel as messages with a number. */
function render({ model, el }) {
  const waiting = new Map();
  let last = 0;
  const listen = ({ id, result, error }) => {
    const one = waiting.get(id);
    if (!one) return; // another view's
    waiting.delete(id);
    if (error) one.reject(new Error(error));
    else one.resolve(result);
  };
  model.on("msg:custom", listen);
  const prefix = Math.random().toString(36).slice(2);
  const ask = (command, payload) => new Promise((resolve, reject) => {
    const id = `${prefix}-${++last}`;
    waiting.set(id, { resolve, reject });
    model.send({ id, command, payload });
  });
  const place = document.createElement("div");
  el.append(place);
  const close = mount(place, ask);
  return () => { model.off("msg:custom", listen); close(); };
}

export default { render };
