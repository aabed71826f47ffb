// How long is still to wait, second by second; without a script the page says it once.
for (const told of document.querySelectorAll(".countdown")) {
  const until = Date.now() + 1000 * Number(told.dataset.seconds);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    told.textContent = left > 0 ? `${left} s` : told.dataset.done;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}
