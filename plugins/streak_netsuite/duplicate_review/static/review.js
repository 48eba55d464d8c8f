// Customers that may be one, and organizations and contacts, a pair at a time: same, different or unsure, by key or by button.
// One module for two hosts: a notebook (anywidget calls `render`) and a page (which calls `mount`).
// All it needs of its host is `ask(command, payload)`, which resolves to an answer or rejects with a message.

const KEYS = { s: "same", d: "different", u: "unsure" };
const UNDO = ["z", "backspace"];
const LABELS = { same: "Same", different: "Different", unsure: "Unsure" };
const TABLES = {
  customers: { label: "Customers in NetSuite", one: "customer", command: "" },
  organizations: { label: "Organizations in Streak", one: "organization", command: " --among organizations" },
  contacts: { label: "Contacts in Streak", one: "contact", command: " --among contacts" },
};

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

const signed = (bits) => `${bits > 0 ? "+" : "−"}${Math.abs(bits).toFixed(1)}`;
export const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** Streak's keys are long, and their ends tell them apart. */
export const brief = (key) => (key.length > 12 ? `…${key.slice(-8)}` : key);

/** Two records side by side, and the reasons for and against their being one. */
export function drawEvidence({ fields, reasons }, leftName, rightName) {
  const rows = fields.map(({ name, left, right }) => {
    const differs = left && right && left !== right;
    return h("tr", { class: differs ? "sd-differs" : null },
      h("th", { scope: "row" }, name.replaceAll("_", " ")),
      h("td", { dir: "auto" }, left), h("td", { dir: "auto" }, right));
  });
  const weighed = reasons.map(({ what, words, bits }) =>
    h("li", { class: bits > 0 ? "sd-for" : "sd-against" },
      h("span", { class: "sd-bits" }, signed(bits)), ` ${what} ${words}`));
  return [
    h("div", { class: "sd-wide" }, h("table", { class: "sd-table" },
      h("thead", {}, h("tr", {}, h("th", {}, "field"),
        h("th", { scope: "col" }, h("bdi", {}, leftName)), h("th", { scope: "col" }, h("bdi", {}, rightName)))),
      h("tbody", {}, ...rows))),
    h("ul", { class: "sd-reasons", "aria-label": "Reasons, in bits" }, ...weighed),
  ];
}

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
      ...Object.entries(TABLES).map(([among, { label }], at) =>
        h("button", { type: "button", class: "sd-button", "data-among": among, onclick: () => this.turnTo(among) },
          label, h("span", { class: "sd-count" }), h("kbd", {}, at + 1))));
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
    await this.send("open", {});
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
    if (!this.state) return;
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
    for (const button of this.buttons.children) {
      button.disabled = button.dataset.action === "back" ? !this.answered.length : nothing;
    }
    this.learned.textContent = runs.length ? this.state.learned : "";
    this.drawHistory(runs);
  }

  drawNothing(runs) {
    return [h("p", { class: "sd-nothing" }, runs.length
      ? "Nothing waits for you. The next run of the DAG find_duplicates asks about what is new."
      : `Nobody has looked for duplicates yet: run the DAG find_duplicates, or streak-netsuite duplicates find${TABLES[this.among].command}.`)];
  }

  drawPair(asked) {
    const { one } = TABLES[this.among];
    return [
      h("p", { class: "sd-chance" }, `One ${one}? The evidence says `, h("strong", {}, percent(asked.probability)), "."),
      ...drawEvidence(asked, brief(asked.left), brief(asked.right)),
    ];
  }

  drawHistory(runs) {
    const names = ["when", this.among, "groups", "sure", "new", "resolved", "ignored"];
    const rows = runs.map((run) => {
      const when = new Date(run.at).toISOString().slice(0, 16).replace("T", " ");
      const counts = [run.records, run.groups, run.sure, run.new, run.resolved, run.ignored];
      return h("tr", {},
        h("td", {}, when), ...counts.map((number) => h("td", { class: "sd-number" }, number.toLocaleString("en"))),
        this.links ? h("td", {},
          h("a", { href: this.links.report(run.id) }, "report"), " ", // Airflow's frame opens no other windows
          h("a", { href: this.links.sheet(run.id) }, "sheet")) : null);
    });
    this.history.replaceChildren(...(runs.length ? [
      h("h3", {}, "Runs"),
      h("div", { class: "sd-wide" }, h("table", { class: "sd-table" },
        h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name)), this.links ? h("th", {}, "") : null)),
        h("tbody", {}, ...rows)))] : []));
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
