// Customers that may be one, and organizations and contacts, a pair at a time: same, different or unsure, by key or by button.
// One module for two hosts: a notebook (anywidget calls `render`) and a page (which calls `mount`).
// All it needs of its host is `ask(command, payload)`, which resolves to an answer or rejects with a message.

const KEYS = { s: "same", d: "different", u: "unsure" };
const UNDO = ["z", "backspace"];
const LABELS = { same: "Same", different: "Different", unsure: "Unsure" };
const TABLES = {
  customers: { label: "Customers", vendor: "NetSuite", one: "customer", command: "" },
  organizations: { label: "Organizations", vendor: "Streak", one: "organization", command: " --among organizations" },
  contacts: { label: "Contacts", vendor: "Streak", one: "contact", command: " --among contacts" },
};

const SIDES = { start: "Starts at", for: "Speaks for one", against: "Speaks against", unknown: "Not known" };

/** Build an element: attributes, `on...` listeners, and children that are elements or text. Text is never markup. */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child || child === 0));
  return made;
}

/** A probability as people read it; nothing is certain. */
export function percent(probability) {
  if (probability > 0.999) return "over 99.9 %";
  if (probability < 0.001) return "under 0.1 %";
  return `${(probability * 100).toFixed(1)} %`;
}

const signed = (bits) => (Math.abs(bits) < 0.05 ? "0" : `${bits > 0 ? "+" : "−"}${Math.abs(bits).toFixed(1)}`);
export const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** Streak's keys are long, and their ends tell them apart. */
export const brief = (key) => (key.length > 12 ? `…${key.slice(-8)}` : key);

/** Where a run's report and its sheet are. */
export const drawLinks = (links, run) => [ // Airflow's frame opens no other windows
  h("a", { class: "sd-link", href: links.report(run), "aria-label": `report of run ${run}` }, "report"),
  h("a", { class: "sd-link", href: links.sheet(run), "aria-label": `sheet of run ${run}` }, "sheet")];

/** Two records side by side, and the reasons for and against their being one. */
export function drawEvidence({ fields, reasons, probability }, leftName, rightName) {
  const rows = fields.map(({ name, left, right }) => {
    const differs = left && right && left !== right;
    return h("tr", { class: differs ? "sd-differs" : null },
      h("th", { scope: "row" }, name.replaceAll("_", " ")),
      h("td", { dir: "auto" }, left), h("td", { dir: "auto" }, right));
  });
  return [
    h("div", { class: "sd-wide" }, h("table", { class: "sd-table" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "field"),
        h("th", { scope: "col" }, h("bdi", {}, leftName)), h("th", { scope: "col" }, h("bdi", {}, rightName)))),
      h("tbody", {}, ...rows))),
    h("p", { class: "sd-line sd-soft" }, "Why, in bits: +1 doubles the odds that both are one, −1 halves them."),
    ...drawReasons(reasons, probability),
  ];
}

/** What speaks for, what against, and what is not known: weights that add up to the probability. */
function drawReasons(reasons, probability) {
  const of = (reason) => reason.side ?? (reason.bits > 0 ? "for" : "against"); // those of older runs have no side
  const drawn = Object.entries(SIDES).flatMap(([side, title]) => {
    const some = reasons.filter((reason) => of(reason) === side);
    return some.length === 0 ? [] : [
      h("dt", {}, title),
      h("dd", {}, h("ul", { class: `sd-reasons sd-${side}`, "aria-label": `${title}, in bits` }, ...some.map(drawReason)))];
  });
  const isWhole = reasons.some((reason) => reason.side === "start");
  const sum = reasons.reduce((bits, reason) => bits + reason.bits, 0);
  return [h("dl", { class: "sd-why" }, ...drawn,
    ...(isWhole ? [h("dt", {}, "Together"), h("dd", {}, h("p", { class: "sd-sum" }, h("span", { class: "sd-bits" }, signed(sum)), ` bits: ${percent(probability)}`))] : []))];
}

const drawReason = ({ what, words, bits }) => h("li", {},
  h("span", { class: "sd-bits" }, signed(bits)), ` ${what.replaceAll("_", " ")}: ${words}`);

class Review {
  constructor(root, ask, links) {
    this.root = root;
    this.askHost = ask;
    this.links = links;
    this.state = null;
    this.among = "customers";
    this.answered = [];
    this.busy = false;
    this.down = new Set(); // keys that are pressed and not released yet
    this.abort = new AbortController();
  }

  async start() {
    this.root.classList.add("sd-review");
    this.tables = h("div", { class: "sd-tables", role: "group", "aria-label": "Which records" },
      ...Object.entries(TABLES).map(([among, { label, vendor }], at) =>
        h("button", { type: "button", class: "sd-button", "data-among": among, onclick: () => this.turnTo(among) },
          `${label} in ${vendor}`, h("span", { class: "sd-count" }), h("kbd", {}, at + 1))));
    this.head = h("p", { class: "sd-head" });
    this.voice = h("p", { class: "sd-voice", role: "status", "aria-live": "polite" });
    this.pair = h("section", { class: "sd-pair", tabindex: "-1", "aria-label": "The pair" });
    this.reason = h("input", { class: "sd-reason", type: "text", maxlength: "2000", placeholder: "Why? (optional, kept in the audit)", "aria-label": "Reason" });
    this.buttons = h("div", { class: "sd-buttons" },
      ...Object.entries(KEYS).map(([key, said]) =>
        h("button", { type: "button", class: `sd-button sd-${said}`, "data-action": said, onclick: () => this.decide(said) },
          LABELS[said], h("kbd", {}, key))),
      h("button", { type: "button", class: "sd-button", "data-action": "back", onclick: () => this.takeBack() }, "Take the last back", h("kbd", {}, "z")));
    this.learned = h("p", { class: "sd-learned" });
    this.history = h("section", { class: "sd-history" });
    this.root.replaceChildren(
      h("h2", {}, "Duplicate customers"), this.tables, this.head, this.voice, this.pair, this.reason, this.buttons, this.learned, this.history);
    const { signal } = this.abort;
    this.root.addEventListener("keydown", (event) => this.pressed(event), { signal });
    document.addEventListener("keyup", (event) => this.down.delete(event.key.toLowerCase()), { signal, capture: true });
    window.addEventListener("blur", () => this.down.clear(), { signal }); // a release elsewhere is not heard
    this.reason.hidden = this.buttons.hidden = true; // there is nothing to decide about yet
    this.tell("Reading what waits …");
    if (await this.send("open", {})) this.tell("");
    this.pair.focus({ preventScroll: true });
  }

  /** Ask anew for what is shown. */
  async openAgain() {
    if (await this.send("open", {})) this.tell("");
    this.pair.focus({ preventScroll: true });
  }

  /** Show the queue of another table. */
  async turnTo(among) {
    if (among !== this.among && !this.busy && await this.send("open", {}, among)) this.tell("");
    this.pair.focus({ preventScroll: true });
  }

  close() {
    this.abort.abort();
    this.root.replaceChildren();
  }

  get question() { return this.state?.questions[0] ?? null; }

  /** Ask the host about a table's queue; one question at a time. A refusal is told. */
  async send(command, payload, among = this.among) {
    if (this.busy) return false;
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    for (const button of this.pressable()) button.disabled = true; // a press that would be lost is not taken
    try {
      this.state = await this.askHost(command, { ...payload, among });
      this.among = among;
      return true;
    } catch (error) {
      this.tell(error.message, true);
      return false;
    } finally {
      this.busy = false;
      this.root.setAttribute("aria-busy", "false");
      for (const button of this.pressable()) button.disabled = false;
      this.draw();
    }
  }

  pressable() { return [...this.tables.children, ...this.buttons.children]; }

  /** Tell the page that the answers of a table have changed. */
  decided(among) { this.root.dispatchEvent(new CustomEvent("decided", { detail: { among } })); }

  async decide(said) {
    const asked = this.question;
    if (!asked || this.busy) return;
    const { left, right } = asked;
    if (await this.send("decide", { left, right, said, reason: this.reason.value })) {
      this.answered.push({ left, right, among: this.among });
      this.decided(this.among);
      this.reason.value = "";
      this.tell(`${brief(left)} and ${brief(right)}: ${said}.`);
      this.draw();
    } else await this.lookAgain();
    this.pair.focus({ preventScroll: true });
  }

  async takeBack() {
    const last = this.answered.at(-1);
    if (!last) {
      this.tell("You have decided about nothing yet that could be taken back here.");
      return;
    }
    const { left, right, among } = last;
    if (await this.send("take_back", { left, right }, among)) {
      this.answered.pop();
      this.decided(among);
      this.tell(`${brief(left)} and ${brief(right)} wait again.`);
      this.draw();
    } else if (await this.lookAgain()) {
      this.answered.pop(); // somebody has decided since; what was decided before it can still be taken back
      this.draw();
    }
  }

  /** Show the queue as it is after a refusal, which stays told; false when the host does not answer at all. */
  async lookAgain() {
    const asked = this.question;
    const found = await this.send("open", {});
    const now = this.question;
    if (found && (asked?.left !== now?.left || asked?.right !== now?.right)) this.reason.value = ""; // it was about another pair
    return found;
  }

  pressed(event) {
    if (event.target === this.reason || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const table = Object.keys(TABLES)[Number(key) - 1];
    // A key counts once until it is released: held, it would decide about pairs that nobody has looked at.
    const again = event.repeat || this.down.has(key);
    this.down.add(key);
    if (!KEYS[key] && !table && !UNDO.includes(key)) return;
    if (!again) this.carryOut(key, table);
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
  }

  carryOut(key, table) {
    if (KEYS[key]) this.decide(KEYS[key]);
    else if (table) this.turnTo(table);
    else this.takeBack();
  }

  tell(words, bad = false) {
    this.voice.textContent = words;
    this.voice.classList.toggle("sd-bad", bad);
  }

  // --- drawing ---------------------------------------------------------------------------------------

  draw() {
    if (!this.state) {
      this.pair.replaceChildren(this.drawBox(["What waits could not be read. Mend what is said above, then try again."], "Try again"));
      return;
    }
    const { decided, runs } = this.state;
    const waiting = this.state.waiting[this.among];
    for (const button of this.tables.children) {
      const { among } = button.dataset;
      button.setAttribute("aria-pressed", String(among === this.among));
      button.querySelector(".sd-count").textContent = ` ${this.state.waiting[among].toLocaleString("en")}`;
    }
    this.head.textContent = `${count(waiting, "pair waits", "pairs wait")}, ${decided.toLocaleString("en")} decided.`;
    this.pair.replaceChildren(...(this.question ? this.drawPair(this.question) : this.drawNothing(runs)));
    const nothing = !this.question;
    this.reason.hidden = nothing;
    this.buttons.hidden = false;
    for (const button of this.buttons.children) {
      const back = button.dataset.action === "back";
      button.hidden = nothing && !back;
      button.disabled = back ? !this.answered.length : nothing;
    }
    this.learned.textContent = runs.length ? this.state.learned : "";
    this.drawHistory(runs);
  }

  drawNothing(runs) {
    if (runs.length) return [this.drawBox(["Nothing waits for you. The next run of the DAG find_duplicates asks about what is new."])];
    const { vendor, command } = TABLES[this.among];
    return [this.drawBox([
      h("strong", {}, `Nobody has looked for duplicates among the ${this.among} in ${vendor} yet.`),
      ["To look now, trigger the DAG ", h("code", {}, "find_duplicates"), " in Airflow (Dags, find_duplicates, Trigger; unpause it first), or run ",
        h("code", {}, `streak-netsuite duplicates find${command}`), "."],
      "It reads, and writes nothing to NetSuite or Streak. When it has ended, what it found waits here."])];
  }

  /** What there is to say instead of a pair, with a button that asks anew. */
  drawBox(words, label = "Look again") {
    return h("div", { class: "sd-nothing" }, ...words.map((one) => h("p", { class: "sd-line" }, one)),
      h("div", { class: "sd-buttons" },
        h("button", { type: "button", class: "sd-button", "data-action": "again", onclick: () => this.openAgain() }, label)));
  }

  drawPair(asked) {
    const { one } = TABLES[this.among];
    return [
      h("p", { class: "sd-chance" }, `One ${one}? The evidence says `, h("strong", {}, percent(asked.probability)), "."),
      ...drawEvidence(asked, `${one} ${brief(asked.left)}`, `${one} ${brief(asked.right)}`),
    ];
  }

  drawHistory(runs) {
    const names = ["when (UTC)", this.among, "groups", "sure", "new", "resolved", "ignored"];
    const rows = runs.map((run) => {
      const when = new Date(run.at).toISOString().slice(0, 16).replace("T", " ");
      const counts = [run.records, run.groups, run.sure, run.new, run.resolved, run.ignored];
      return h("tr", {},
        h("td", { class: "sd-number" }, when), ...counts.map((number) => h("td", { class: "sd-number" }, number.toLocaleString("en"))),
        this.links ? h("td", { class: "sd-number" }, ...drawLinks(this.links, run.id)) : null);
    });
    this.history.replaceChildren(...(runs.length ? [
      h("h3", {}, "Runs"),
      h("div", { class: "sd-wide" }, h("table", { class: "sd-table" },
        h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name)), this.links ? h("td", {}) : null)),
        h("tbody", {}, ...rows))),
      h("p", { class: "sd-line sd-soft" },
        "Groups of records that are one, sure or for a person to see; new since the run before, resolved (merged, changed or deleted since), ",
        "ignored (people said that they differ).")] : []));
  }
}

/** Show the queue in an element; returns what takes it away again. */
export function mount(element, ask, links = null) {
  const review = new Review(element, ask, links);
  review.start();
  return () => review.close();
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
