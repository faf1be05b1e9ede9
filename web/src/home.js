/** The first page: a teacher starts a class and is taken to its room. */

const form = document.querySelector("#open-class");
const problem = document.querySelector("#problem");

// The Back button brings the page back as it was left.
window.addEventListener("pageshow", () => (form.querySelector("button").disabled = false));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch("/api/classes", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    location.assign(answer.room_url);
  } catch (error) {
    problem.textContent = `The class could not be started: ${error.message}`;
    button.disabled = false;
  }
});
