// Light or dark as Airflow is, when the page stands in its frame; as the system is, elsewhere.
const system = window.matchMedia("(prefers-color-scheme: dark)");

function findAirflow() {
  try {
    return window.parent === window ? null : window.parent.document.documentElement;
  } catch {
    return null; // a frame of another site
  }
}

const airflow = findAirflow();

function isDark() {
  const said = ["dark", "light"].find((one) => airflow?.classList.contains(one));
  return said ? said === "dark" : system.matches;
}

function follow() {
  document.documentElement.dataset.snTheme = isDark() ? "dark" : "light";
}

follow();
system.addEventListener("change", follow);
if (airflow) new MutationObserver(follow).observe(airflow, { attributeFilter: ["class"] });
