// A sheet that is dragged by its handle to one of several heights; a tap on it does what the handle says.
export function drag<H extends string>(sheet: HTMLElement, handle: HTMLElement, heights: readonly H[], height: () => H, rise: (next: H) => void, tap: () => void): void {
  let start = 0;
  let moved = 0;
  let dragging = false;
  handle.addEventListener("pointerdown", (event) => {
    dragging = true;
    start = event.clientY;
    moved = 0;
    handle.setPointerCapture(event.pointerId);
    sheet.classList.add("dragging");
  });
  handle.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    moved = event.clientY - start;
    sheet.style.transform = `translateY(${Math.max(moved, -innerHeight * 0.5)}px)`;
  });
  const end = () => {
    if (!dragging) return;
    dragging = false;
    sheet.classList.remove("dragging");
    const at = heights.indexOf(height());
    if (moved < -30) rise(heights[Math.min(heights.length - 1, at + (moved < -260 ? 2 : 1))]);
    else if (moved > 30) rise(heights[Math.max(0, at - (moved > 260 ? 2 : 1))]);
    else rise(height());
  };
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
  handle.addEventListener("click", () => {
    if (Math.abs(moved) < 8) tap();
    moved = 0;
  });
}
