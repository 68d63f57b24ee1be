// Numbers for who judges by keyboard: while the outcomes have the focus, 1 to 9 choose one. Only helps.
// All else is access keys of the browser; a letter alone does nothing, so that nobody judges by a slip.
const outcomes = [...document.querySelectorAll("input[name=outcome]")];

document.addEventListener("keydown", (press) => {
  if (!outcomes.includes(press.target) || press.ctrlKey || press.altKey || press.metaKey) return;
  const choice = /^[1-9]$/.test(press.key) ? outcomes[Number(press.key) - 1] : undefined;
  if (!choice) return;
  choice.checked = true;
  choice.focus();
  press.preventDefault();
});
