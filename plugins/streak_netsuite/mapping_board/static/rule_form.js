// A rule as a form: for people who know the business and not YAML. The draft's text stays the only state: each control
// sends the part that it changes, and is drawn anew from what the host made of it.

import { h, there } from "./elements.js";

const SOURCES = {
  "": "nothing: the field is not filled", from: "a field of Streak", value: "always the same",
  calculation: "a calculation", expression: "a text with fields in it (expression)",
  first_of: "the first of several that has a value", function: "a Python function" };
const BUYER = ["name", "email", "phone", "address", "domain", "key"];
const TESTS = {
  filled: "has a value", empty: "has none", is: "is", is_not: "is not", has: "contains", above: "is more than",
  below: "is less than", equal: "is the number", unequal: "is not the number" };
const TICKED = { filled: "is ticked", empty: "is not ticked" };
const OF_NUMBERS = ["above", "below", "equal", "unequal"];
const HOLDS = {
  text: "text", "long text": "text", email: "text", phone: "text", url: "text", select: "text", address: "text", integer: "number",
  decimal: "number", money: "number", percent: "number", "multi select": "list", checkbox: "checkbox", date: "date", datetime: "date" };
const LISTS_OF_PARTIES = /^(organization|contact|buyer)\.(emails|phones|domains|addresses)$/;
const OPERATORS = { "+": "plus", "-": "minus", "*": "times", "/": "divided by" };
const LINES = { one: "one line", list: "one for each entry of a list field", table: "one for each row of a table in a text field" };
const DECIMALS = { auto: "as it looks", comma: "comma", point: "point" };
const WHEN_EMPTY = {
  skip: "leave the field alone; empty it when the deal loses the value later",
  keep: "leave the field alone, later too", error: "hold the record" };
const ON = { "": "each time", create: "only when the order is made (create-only)", update: "only when the order follows its deal" };
const OWNERS = { "": "as the mapping says for all fields", streak: "Streak's value stays", netsuite: "NetSuite's value stays" };
const INVALID = { drop: "leave the address out, and say so", hold: "hold the record" };
const TYPES = ["text", "integer", "decimal", "checkbox", "date", "datetime", "select", "multi_select"];

const text = (label) => ({ label });
const choice = (label, options) => ({ label, options });
const NUMBER = { decimal: choice("Decimal mark", DECIMALS) };
const MOMENT = { format: text("Written like (%d.%m.%Y)"), zone: text("Zone whose day is meant") };
/** Each step by its name: what it is called, and its options; "" is the step's only one. */
const STEPS = {
  strip: { label: "cut blanks at both ends" }, collapse_spaces: { label: "make several blanks one" },
  upper: { label: "IN CAPITALS" }, lower: { label: "in small letters" }, title: { label: "First Letters In Capitals" },
  replace: { label: "replace text", options: { old: text("This text"), new: text("becomes") }, given: { old: ",", new: "" } },
  regex: { label: "take the part that fits a pattern (regex)", options: { pattern: text("Pattern"), group: text("Bracket that is kept") },
    given: { pattern: ".+" } },
  split: { label: "split into a list", options: { "": text("At") } },
  join: { label: "join a list into one text", options: { "": text("With this between") } },
  first: { label: "take the first of a list" },
  prefix: { label: "put text before", options: { "": text("Text before") }, given: "" },
  suffix: { label: "put text after", options: { "": text("Text after") }, given: "" },
  number: { label: "read as a number", options: NUMBER }, integer: { label: "read as a whole number", options: NUMBER },
  boolean: { label: "read as yes or no" }, date: { label: "read as a day", options: MOMENT },
  datetime: { label: "read as a moment", options: MOMENT }, email: { label: "read as an e-mail address" },
  phone: { label: "read as a phone number" }, currency: { label: "read as a currency" },
  address: { label: "read as an address", options: { default_country: text("Country, if none is named (US)") } } };

/** A place inside a rule as faults name it: transform[0].regex.pattern */
const dotted = (at) => at.map((step, n) => (typeof step === "number" ? `[${step}]` : n ? `.${step}` : step)).join("");

/** What is typed for a constant: whole numbers as numbers, all else as the text it is. */
const constant = (typed) => (/^-?(0|[1-9]\d{0,14})$/.test(typed) ? Number(typed) : typed);

const without = (options, name) => Object.fromEntries(Object.entries(options).filter(([key]) => key !== name));

/** A step of `transform` as its name and its options. */
function stepOf(entry) {
  return typeof entry === "string" ? [entry, null] : Object.entries(entry)[0] ?? ["", null];
}

export class RuleForm {
  /**
   * form: what the host says of the rule; field: the target; sources: Streak's fields; faults: of the whole draft;
   * send(changes, told): puts parts into the draft, resolves to "" or to why not; remove(): takes the rule out.
   */
  constructor({ target, field, form, sources, faults, send, remove, another }) {
    Object.assign(this, { target, field, form, sources, send, remove, another });
    this.rule = form.rule;
    this.faults = faults.map((fault) => this.own(fault)).filter(Boolean);
  }

  /** A fault of this rule as where it is and what is told; null for another rule's. */
  own(fault) {
    const said = fault.replace(/^line \d+: /, "");
    const rest = said.startsWith(this.target) ? said.slice(this.target.length) : "";
    const end = rest.indexOf(": ");
    if (end < 0 || !/^[:.[]/.test(rest)) return null;
    return { at: rest.slice(0, end).replace(/^\./, ""), told: rest.slice(end + 2) };
  }

  draw() {
    const isLine = this.form.kind === "line";
    this.element = h("form", { class: "sn-form", "aria-label": "Rule as a form", onsubmit: (event) => event.preventDefault() },
      h("ul", { class: "sn-form-faults sn-bad" }), isLine ? this.drawLine() : this.drawRule());
    for (const fault of this.faults) this.place(fault);
    return this.element;
  }

  drawRule() {
    const filled = Boolean(this.kindOf(this.rule));
    return there([
      this.group("Where the value comes from", this.form.kind === "custom" && filled && this.select(["type"], "Type in NetSuite",
        Object.fromEntries(TYPES.map((one) => [one, one.replace("_", " ")])), this.rule.type), this.drawSource([], this.rule, this.form.shown.rule)),
      filled && this.group("What is done to it, in this order", this.drawSteps([], this.rule)),
      filled && this.group("Looked up", this.drawLookup()),
      filled && this.group("When there is none", this.drawEmpty()),
      filled && this.group("When the rule counts", this.drawWhen()),
      filled && this.group("Limits", this.drawLimits())]);
  }

  group(title, ...children) {
    const inside = there(children);
    return inside.length ? h("fieldset", { class: "sn-group-box" }, h("legend", {}, title), ...inside) : null;
  }

  // --- controls --------------------------------------------------------------------------------------

  /** A control with its name, and room for what is wrong with it. */
  labelled(at, label, control, name = dotted(at)) {
    const id = `sn-${this.target}-${name}`.replace(/[^\w-]/g, "_");
    control.id = id;
    control.dataset.key = name;
    control.given = control.value;
    const wrong = h("span", { class: "sn-wrong sn-bad", id: `${id}-wrong` });
    control.setAttribute("aria-describedby", wrong.id);
    return h("div", { class: "sn-control" }, h("label", { for: id }, label), control, wrong);
  }

  /** A text that people type: sent once when they are through with it, also when the form was drawn anew under their hands. */
  typed(control, send) {
    const done = () => {
      if (control.value === control.given) return;
      control.given = control.value;
      send(control.value);
    };
    control.addEventListener("change", done);
    control.addEventListener("blur", done);
    control.addEventListener("keydown", (event) => { if (event.key === "Enter" && control.matches("input")) done(); });
    return control;
  }

  async commit(name, changes, told) {
    const refused = await this.send(changes, told);
    if (refused) this.place({ at: name, told: refused });
  }

  set(at, value, told, name = dotted(at)) {
    return this.commit(name, [{ at, value }], told);
  }

  /** Show a fault at its control; at the nearest above it when it has none. */
  place({ at, told }) {
    for (let key = at; key; key = key.replace(/(\.[^.[]*|\[[^\]]*\]|^[^.[]+)$/, "")) {
      const control = this.element.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!control) continue;
      control.setAttribute("aria-invalid", "true");
      const room = control.parentElement.querySelector(":scope > .sn-wrong");
      if (room) {
        room.textContent = told;
        return;
      }
    }
    this.element.querySelector(".sn-form-faults").append(h("li", {}, told));
  }

  input(at, label, value, { send = (typed) => typed || null, told = label, name = dotted(at), ...more } = {}) {
    const control = this.typed(
      h("input", { type: "text", class: "sn-input", autocomplete: "off", spellcheck: "false", ...more }),
      (said) => this.set(at, send(said), `${told} is changed.`, name));
    control.value = value ?? "";
    return this.labelled(at, label, control, name);
  }

  area(at, label, value) {
    const control = this.typed(h("textarea", { class: "sn-input sn-rule", rows: "2", spellcheck: "false" }),
      (said) => this.set(at, said || null, `${label} is changed.`));
    control.value = value ?? "";
    return this.labelled(at, label, control);
  }

  /** A list to choose from; `options` are names by value. */
  select(at, label, options, value, { usual = null, change = null, name = dotted(at) } = {}) {
    const control = h("select", { class: "sn-input",
      onchange: () => (change ?? ((chosen) => this.set(at, chosen === usual ? null : chosen, `${label} is changed.`)))(control.value) },
    ...Object.entries(options).map(([one, title]) => h("option", { value: one }, title)));
    control.value = value ?? usual ?? "";
    return this.labelled(at, label, control, name);
  }

  tick(at, label, value) {
    const control = h("input", { type: "checkbox",
      onchange: () => this.set(at, control.checked || null, `${label}: ${control.checked ? "yes" : "no"}.`) });
    control.checked = Boolean(value);
    const made = this.labelled(at, label, control);
    made.classList.add("sn-ticked");
    return made;
  }

  button(name, label, action, title = label) {
    return h("button", { type: "button", class: "sn-button sn-small", "data-key": name, "aria-label": title, onclick: action }, label);
  }

  /** What a field of Streak holds: text, number, list, checkbox or date; "" when nobody says. */
  holds(id) {
    if (LISTS_OF_PARTIES.test(id)) return "list";
    if (/^buyer\.\w+$/.test(id)) return "text";
    return HOLDS[this.sources.find((one) => one.id === id)?.type] ?? "";
  }

  /** Whether a calculation can read a field: one of the deal that holds one word. */
  canCount(id) {
    return this.sources.some((one) => one.id === id) && ["text", "number", ""].includes(this.holds(id));
  }

  /** Streak's fields to choose from, by record; what stands in the rule is among them in any case. `each`: the line's entry, too. */
  path(at, label, value, { change = null, name = dotted(at), only = null, each = true } = {}) {
    const groups = new Map();
    const add = (record, id, title) => groups.set(record, [...(groups.get(record) ?? []), [id, title]]);
    for (const column of only || !each ? [] : this.form.columns) add("Of the line's entry", column, column === "each" ? "the entry itself" : column.slice(5));
    for (const one of this.sources) if (!only || only(one)) add(one.record, one.id, one.title);
    if (!only) for (const one of BUYER) add("Buyer: the organization, else the contact", `buyer.${one}`, `Buyer's ${one}`);
    const known = [...groups.values()].flat().some(([id]) => id === value);
    const control = h("select", { class: "sn-input",
      onchange: () => (change ?? ((chosen) => this.set(at, chosen, `${label} is changed.`)))(control.value) },
    !value && h("option", { value: "" }, "choose a field"),
    value && !known && h("option", { value }, value),
    ...[...groups].map(([record, fields]) => h("optgroup", { label: record },
      ...fields.map(([id, title]) => h("option", { value: id }, title)))));
    control.value = value ?? "";
    return this.labelled(at, label, control, name);
  }

  /** A constant: one of NetSuite's entries, yes or no, or what is typed. */
  value(at, label, value) {
    const isTick = this.rule.type === "checkbox" || this.field?.type === "checkbox";
    const { choices } = this.form;
    const chosen = value === undefined || value === null ? "" : String(value);
    if (isTick) {
      const send = (one) => this.set(at, one === "" ? null : one === "true", `${label} is changed.`);
      return this.select(at, label, { "": "nothing", true: "yes", false: "no" }, chosen, { change: send });
    }
    if (choices.length && !this.rule.lookup) {
      const options = { "": "nothing", ...(chosen && !choices.some(({ id }) => id === chosen) && { [chosen]: `internal id ${chosen}` }) };
      return this.listed(at, label, [...Object.entries(options), ...choices.map(({ id, name }) => [id, name])], chosen);
    }
    return this.input(at, label, chosen, { send: (typed) => (typed === "" ? null : constant(typed)) });
  }

  /** As `select`, in the order given: the keys of an object that are numbers would come first. */
  listed(at, label, options, value, send = (chosen) => this.set(at, chosen === "" ? null : constant(chosen), `${label} is changed.`)) {
    const control = h("select", { class: "sn-input", onchange: () => send(control.value) },
      ...options.map(([one, title]) => h("option", { value: one }, title)));
    control.value = value;
    return this.labelled(at, label, control);
  }

  // --- where the value comes from --------------------------------------------------------------------

  kindOf(rule, phrases) {
    const key = ["from", "value", "expression", "function", "first_of"].find((one) => rule[one] !== undefined && rule[one] !== null) ?? "";
    return key === "expression" && phrases?.expression ? "calculation" : key;
  }

  drawSource(at, rule, phrases) {
    const kind = this.kindOf(rule, phrases);
    const inner = at.length > 0;
    const offered = Object.fromEntries(Object.entries(SOURCES).filter(([one]) =>
      one === kind || (one === "function" ? this.form.functions.length : one === "first_of" || one === "" || one === "calculation" ? !inner : true)));
    const name = `${dotted(at)}/source`;
    return there([
      this.select([...at, "source"], inner ? "Alternative" : "The value is", offered, kind, { name, change: (chosen) => this.switchSource(at, rule, chosen) }),
      kind === "from" && this.path([...at, "from"], "Field of Streak", rule.from),
      kind === "value" && this.value([...at, "value"], "Value", rule.value),
      kind === "calculation" && this.drawCalculation(phrases.expression),
      kind === "expression" && this.area([...at, "expression"], "Expression", rule.expression),
      kind === "function" && this.select([...at, "function"], "Function", Object.fromEntries([...new Set([rule.function, ...this.form.functions])].map((one) => [one, one])), rule.function),
      kind === "first_of" && this.drawAlternatives(rule.first_of)]);
  }

  switchSource(at, rule, chosen) {
    if (chosen === "") return this.remove();
    const key = chosen === "calculation" ? "expression" : chosen;
    const number = this.sources.find(({ id }) => this.holds(id) === "number")?.id ?? this.sources.find(({ id }) => this.canCount(id))?.id;
    const fresh = {
      from: "", value: "", expression: `{{ ${this.sources[0]?.id ?? "box.name"} }}`, function: this.form.functions[0] ?? "",
      calculation: { left: this.canCount(rule.from) ? rule.from : number ?? "box.name", operator: "*", right: "1" },
      first_of: [{ from: rule.from || "box.name" }] }[chosen];
    return this.commit(`${dotted(at)}/source`, [{ at: [...at, key], value: fresh }], `The value is ${SOURCES[chosen]} now.`); // in place of the old one
  }

  drawCalculation(parts) {
    // What the controls show counts, also when the answer to the change before is still on its way.
    const put = (change) => this.set(["expression"], { ...Object.assign(parts, change) }, "The calculation is changed.");
    const isNumber = /^-?\d/.test(parts.right);
    const only = ({ id }) => this.canCount(id);
    return [
      this.path(["expression"], "Field", parts.left, { only, change: (left) => put({ left }) }),
      this.select(["expression", "operator"], "Operation", OPERATORS, parts.operator, { change: (operator) => put({ operator }) }),
      this.select(["expression", "with"], "With", { number: "a number", field: "a field" }, isNumber ? "number" : "field",
        { change: (what) => put({ right: what === "number" ? "1" : parts.left }) }),
      isNumber
        ? this.phrase("expression.right", "Number", parts.right, (right) => put({ right: right.trim() || "1" }))
        : this.path(["expression", "right"], "Other field", parts.right, { only, change: (right) => put({ right }) }),
      this.phrase("expression.places", "Decimals", String(parts.places), (places) => put({ places: Number(places) || 0 }), { inputmode: "numeric" })];
  }

  /** A typed part of a condition or calculation. */
  phrase(name, label, value, send, more = {}) {
    const control = this.typed(h("input", { type: "text", class: "sn-input", autocomplete: "off", ...more }), send);
    control.value = value;
    return this.labelled([], label, control, name);
  }

  drawAlternatives(rules) {
    const more = (rule) => Object.keys(rule).filter((key) => !["from", "value", "expression", "function", "transform"].includes(key));
    return [
      h("ol", { class: "sn-steps" }, ...rules.map((rule, number) => h("li", {},
        ...this.drawSource(["first_of", number], rule, null), ...this.drawSteps(["first_of", number], rule),
        more(rule).length ? h("p", { class: "sn-soft" }, `has ${more(rule).join(", ")} besides: see the YAML`) : "",
        this.mover(["first_of"], rules, number, "alternative")))),
      this.button("first_of/add", "Another alternative", () => this.set(["first_of", rules.length], { from: "" }, "An alternative is added."))];
  }

  /** Buttons that move an entry of a list, or take it out. */
  mover(at, entries, number, what) {
    const name = `${dotted(at)}[${number}]`;
    const moved = (to) => this.commit(name, [{ at: [...at, number], to }], `The ${what} is moved.`);
    return h("span", { class: "sn-movers" },
      number > 0 && this.button(`${name}/up`, "↑", () => moved(number - 1), `Move ${what} ${number + 1} up`),
      number < entries.length - 1 && this.button(`${name}/down`, "↓", () => moved(number + 1), `Move ${what} ${number + 1} down`),
      this.button(`${name}/remove`, "×", () => this.set([...at, number], null, `The ${what} is removed.`, name), `Remove ${what} ${number + 1}`));
  }

  // --- what is done to it ----------------------------------------------------------------------------

  drawSteps(at, rule) {
    const steps = Array.isArray(rule.transform) ? rule.transform : [];
    const place = [...at, "transform"];
    const name = dotted(place);
    const titles = Object.fromEntries(Object.entries(STEPS).map(([one, { label }]) => [one, label]));
    const add = h("select", { class: "sn-input", "data-key": `${name}/add`, "aria-label": at.length ? "Add a step to this alternative" : "Add a step",
      onchange: () => this.set([...place, steps.length], this.fresh(add.value), "A step is added.", name) },
    h("option", { value: "" }, "add a step"), ...Object.entries(titles).map(([one, title]) => h("option", { value: one }, title)));
    return there([
      steps.length ? h("ol", { class: "sn-steps" }, ...steps.map((entry, number) => this.drawStep(place, steps, entry, number, titles))) : null,
      h("div", { class: "sn-control" }, add, h("span", { class: "sn-wrong sn-bad" }))]);
  }

  fresh(name) {
    const { given } = STEPS[name];
    return given === undefined ? name : { [name]: given };
  }

  drawStep(place, steps, entry, number, titles) {
    const [name, given] = stepOf(entry);
    let options = given;
    const at = [...place, number];
    const known = STEPS[name]?.options ?? {};
    return h("li", {},
      this.select(at, `Step ${number + 1}`, titles[name] ? titles : { ...titles, [name]: name }, name,
        { change: (chosen) => this.set(at, this.fresh(chosen), "The step is changed.") }),
      ...Object.entries(known).map(([option, { label, options: offered }]) => {
        const spot = option ? [...at, name, option] : [...at, name];
        const value = option ? options?.[option] : options;
        const send = (typed) => {
          const made = this.step(name, options, option, typed);
          [, options] = stepOf(made);
          return this.set(at, made, "The step is changed.", dotted(spot));
        };
        return offered
          ? this.select(spot, label, offered, value ?? "auto", { change: send })
          : this.phrase(dotted(spot), label, value ?? "", send);
      }),
      this.mover(place, steps, number, "step"));
  }

  /** A step with one of its options changed; one that has none left is its name alone. */
  step(name, options, option, typed) {
    if (option === "") return typed === "" && STEPS[name].given === undefined ? name : { [name]: typed };
    const value = option === "group" ? Number(typed) || 0 : typed;
    const kept = typed === "" && option !== "new" ? without(options ?? {}, option) : { ...options, [option]: value };
    return Object.keys(kept).length ? { [name]: kept } : this.fresh(name);
  }

  // --- lookups ---------------------------------------------------------------------------------------

  drawLookup() {
    const { tables } = this.form;
    const fresh = this.target.split(".").pop().replace(/^cust(body|col|entity)_/, "").replace(/\W/g, "_");
    const names = Object.fromEntries([["", "in no table: the value is taken as it is"], ...Object.keys(tables).map((name) => [name, `in the table ${name}`])]);
    if (!tables[fresh]) names["+"] = `in a new table, ${fresh}`;
    const choose = (name) => name === "+"
      ? this.commit("lookup", [{ target: `lookups.${fresh}`, at: ["table"], value: {} }, { at: ["lookup"], value: fresh }], `The value is looked up in ${fresh}.`)
      : this.set(["lookup"], name || null, "The table is changed.");
    const table = tables[this.rule.lookup];
    const told = { file: (one) => `The table stands in the file ${one.told}.`, netsuite: (one) => `NetSuite is asked by name: ${one.told}.` }[table?.how];
    return there([
      this.select(["lookup"], "The value is looked up", names, this.rule.lookup ?? "", { change: choose }),
      told && h("p", { class: "sn-soft" }, told(table)),
      table?.how === "table" && this.drawTable(this.rule.lookup, table.table)]);
  }

  /** The table of a lookup, with a row for each option that Streak offers and the table does not have. */
  drawTable(name, table) {
    const options = this.sources.find(({ id }) => id === this.rule.from)?.options ?? [];
    const known = new Set(Object.keys(table).map((word) => word.toLowerCase()));
    const open = options.filter((word) => !known.has(word.toLowerCase())).map((word) => [word, ""]);
    const row = ([word, entry], number) => {
      const at = ["table", word];
      const id = entry && typeof entry === "object" ? entry.id ?? "" : String(entry);
      const put = (value) => this.commit(`table-${number}`, [{ target: `lookups.${name}`, at, value }], `'${word}' is changed in ${name}.`);
      const send = (typed) => put(typed === "" ? null : constant(typed));
      const label = `NetSuite's entry for ${word}`;
      const control = this.form.choices.length
        ? h("select", { class: "sn-input", onchange: () => send(control.value) }, h("option", { value: "" }, "no entry"),
          id && !this.form.choices.some((one) => one.id === id) && h("option", { value: id }, `internal id ${id}`),
          ...this.form.choices.map((one) => h("option", { value: one.id }, one.name)))
        : this.typed(h("input", { class: "sn-input", type: "text" }), send);
      control.value = id;
      control.given = id;
      control.dataset.key = `table-${number}`;
      control.setAttribute("aria-label", label);
      return h("tr", {}, h("th", { scope: "row" }, word), h("td", {}, control, h("span", { class: "sn-wrong sn-bad" })));
    };
    const rows = [...Object.entries(table), ...open];
    const body = h("tbody", {}, ...rows.map(row));
    const word = h("input", { class: "sn-input", type: "text", "aria-label": "Another word of Streak's", "data-key": "table/word", placeholder: "another word",
      onchange: () => {
        if (!word.value.trim()) return;
        body.append(row([word.value.trim(), ""], body.children.length)); // it is in the table once it has an entry
        word.value = "";
        body.lastElementChild.querySelector(".sn-input").focus();
      } });
    return h("table", { class: "sn-table", "aria-label": `Table ${name}` },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "In Streak"), h("th", { scope: "col" }, "In NetSuite"))),
      body, h("tfoot", {}, h("tr", {}, h("td", { colspan: "2" }, word))));
  }

  // --- when ------------------------------------------------------------------------------------------

  drawEmpty() {
    const { place } = this.form;
    const offered = place === "order" ? WHEN_EMPTY : without({ ...WHEN_EMPTY, skip: "leave the field alone" }, "keep");
    return [
      this.value(["default"], "Default", this.rule.default),
      this.select(["when_empty"], "An empty source means", offered, this.rule.when_empty, { usual: "skip" }),
      this.tick(["required"], "Hold a record without this value", this.rule.required),
      this.form.kind === "address" && this.select(["when_invalid"], "An address that cannot be read means", INVALID, this.rule.when_invalid, { usual: "drop" })];
  }

  drawWhen() {
    const { place, owner } = this.form;
    const own = (chosen) => this.commit("owner", [{ target: "changes", at: ["owners", owner.part], value: chosen || null }], "Whose value stays is changed.");
    return there([
      this.drawCondition(),
      place === "order" && this.select(["on"], "It is written", ON, this.rule.on ?? "", { usual: "" }),
      owner.part && this.select(["owner"], "When both sides have changed it", OWNERS, owner.is, { change: own })]);
  }

  testsOf(id) {
    return this.form.tests[id] ?? ["filled", "empty"];
  }

  drawCondition() {
    const parts = this.form.shown.rule.when;
    const { when } = this.rule;
    const put = (change) => {
      const made = { ...Object.assign(parts, change) }; // as in a calculation
      const offered = this.testsOf(made.field);
      if (change.field && !offered.includes(made.test)) made.test = offered[0];
      if (OF_NUMBERS.includes(made.test) && !/^-?\d+(\.\d+)?$/.test(made.value) && change.test) made.value = "0";
      return this.set(["when"], made, "The condition is changed.");
    };
    const fresh = { field: this.sources[0]?.id ?? "box.name", test: "filled", value: "" };
    const mode = this.select(["when", "mode"], "The rule counts", { always: "always", when: "only when" }, when ? "when" : "always",
      { change: (chosen) => this.set(["when"], chosen === "when" ? fresh : null, "The condition is changed.") });
    if (!when) return [mode];
    if (!parts) return [mode, this.area(["when"], "Condition (expression)", when)];
    const named = this.holds(parts.field) === "checkbox" ? { ...TESTS, ...TICKED } : TESTS;
    const tests = Object.fromEntries([...new Set([...this.testsOf(parts.field), parts.test])].map((one) => [one, named[one]]));
    return [mode,
      this.path(["when"], "Field that decides", parts.field, { each: false, change: (field) => put({ field }) }),
      this.select(["when", "test"], "Test", tests, parts.test, { change: (test) => put({ test }) }),
      !["filled", "empty"].includes(parts.test) && this.phrase("when.value", "Compared with", parts.value, (value) => put({ value }))];
  }

  drawLimits() {
    const isText = ["text", "phone", "email", "unknown"].includes(this.rule.type ?? this.field?.type ?? "text");
    if (!isText || this.form.kind === "address") return [];
    const number = (typed) => (typed === "" ? null : Number.isInteger(Number(typed)) ? Number(typed) : typed);
    return [
      this.input(["clip"], "Cut text to this many characters", this.rule.clip, { send: number, inputmode: "numeric" }),
      this.input(["max_length"], "NetSuite takes this many, if not the usual", this.rule.max_length, { send: number, inputmode: "numeric" })];
  }

  // --- a line ----------------------------------------------------------------------------------------

  drawLine() {
    const { each, table, allow_zero_rate: free } = this.rule;
    const mode = table ? "table" : each !== null && each !== undefined ? "list" : "one";
    const choose = (chosen) => this.commit("each/mode", {
      one: [{ at: ["each"], value: null }, { at: ["table"], value: null }],
      list: [{ at: ["table"], value: null }, { at: ["each"], value: each ?? "" }],
      table: [{ at: ["each"], value: each ?? "" }, { at: ["table"], value: { columns: ["item", "quantity", "rate"] } }] }[chosen],
    `This rule makes ${LINES[chosen]}.`);
    const cells = (typed) => typed.split(",").map((one) => one.trim()).filter(Boolean);
    return there([
      this.group("How many lines this rule makes",
        this.select(["each", "mode"], "It makes", LINES, mode, { name: "each/mode", change: choose }),
        mode !== "one" && this.path(["each"], mode === "list" ? "List field" : "Text field with the table", each,
          { only: (one) => one.id === each || (mode === "list" ? this.holds(one.id) === "list" : true) }),
        mode === "table" && this.input(["table", "columns"], "Columns, in their order", table.columns?.join(", "), { send: cells }),
        mode === "table" && this.input(["table", "separator"], "Between two cells", table.separator ?? "|"),
        mode === "table" && this.tick(["table", "header"], "The first line is a heading", table.header)),
      this.group("Price", this.tick(["allow_zero_rate"], "The line may be free of charge", free)),
      h("div", {}, this.button("line/add", "Another line rule", () => this.another()),
        this.button("line/remove", "Remove this line rule", () => this.remove()))]);
  }
}
