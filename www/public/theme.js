// Sets the chosen theme before the first paint, so that a dark page does not flash white.
try {
  const theme = localStorage.getItem("scanseek.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be switched off; then the page follows the system.
}
