// The page's part of helpers.DrawingPad: a canvas, a button, and a bar for each class.
const SIZE = 280;
const PEN_WIDTH = 22;

function make(tag, style = "", attributes = {}) {
  const element = document.createElement(tag);
  element.style = style;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function render({ model, el }) {
  const canvas = make("canvas", "display:block; width:100%; touch-action:none; cursor:crosshair;", {
    width: SIZE,
    height: SIZE,
    tabindex: 0,
    role: "img",
    "aria-label": "Pad for drawing a digit with the mouse, a pen or a finger. The key Delete clears it.",
  });
  const clear = make("button", "margin-top:0.5em; font-size:1em; padding:0.2em 1em;");
  clear.textContent = "Clear";
  const status = make("p", "margin:0 0 0.5em 0; min-height:1.3em;", { role: "status" });
  const bars = make("div", "", { "aria-hidden": "true" });
  const left = make("div", `width:${SIZE}px; max-width:100%;`);
  const right = make("div", "flex:1; min-width:200px; max-width:320px;");
  const both = make(
    "div",
    "display:flex; flex-wrap:wrap; gap:1em; padding:0.5em; font-size:14px;" +
      "font-family:sans-serif; color:var(--jp-ui-font-color1, inherit);",
  );
  left.append(canvas, clear);
  right.append(status, bars);
  both.append(left, right);
  el.append(both);

  const pen = canvas.getContext("2d", { willReadFrequently: true });
  Object.assign(pen, { lineWidth: PEN_WIDTH, lineCap: "round", strokeStyle: "white" });
  let last = null; // where the pen is; null while it is up
  let waiting = false; // for Python's answer to the pixels that were sent
  let changed = false; // since they were sent

  const wipe = () => {
    pen.fillStyle = "black";
    pen.fillRect(0, 0, SIZE, SIZE);
  };
  const send = () => {
    const rgba = pen.getImageData(0, 0, SIZE, SIZE).data;
    const red = Uint8Array.from({ length: SIZE * SIZE }, (_, i) => rgba[4 * i]);
    waiting = true;
    changed = false;
    model.set("_pixels", new DataView(red.buffer));
    model.set("_asked", model.get("_asked") + 1);
    model.save_changes();
  };
  const draw = (event) => {
    const box = canvas.getBoundingClientRect();
    const now = [
      ((event.clientX - box.left) * SIZE) / box.width,
      ((event.clientY - box.top) * SIZE) / box.height,
    ];
    pen.beginPath();
    pen.moveTo(...(last ?? [now[0] - 0.1, now[1]])); // A line without a length leaves no dot.
    pen.lineTo(...now);
    pen.stroke();
    last = now;
    changed = true;
    if (!waiting) send();
  };
  const lift = () => {
    if (last) send();
    last = null;
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (last || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    draw(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last) draw(event);
  });
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  clear.addEventListener("click", () => {
    wipe();
    send();
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Delete") clear.click();
  });

  const showPixels = () => {
    const sent = model.get("_pixels");
    if (last || sent?.byteLength !== SIZE * SIZE) return;
    const picture = pen.createImageData(SIZE, SIZE);
    picture.data.forEach((_, i, all) => {
      all[i] = i % 4 < 3 ? sent.getUint8(i >> 2) : 255;
    });
    pen.putImageData(picture, 0, 0);
  };
  const showAnswer = () => {
    waiting = false;
    const { message, bars: values } = model.get("_answer");
    status.textContent = message;
    bars.replaceChildren(...values.map(bar));
    if (changed) send();
  };
  wipe();
  showPixels();
  showAnswer();
  model.on("change:_pixels", showPixels);
  model.on("change:_answer", showAnswer);
  return () => {
    model.off("change:_pixels", showPixels);
    model.off("change:_answer", showAnswer);
  };
}

function bar([name, probability]) {
  const percent = Math.round(100 * probability);
  const row = make("div", "display:flex; align-items:center; gap:0.5em; line-height:1.5;");
  const label = make("span", "flex:0 0 auto; min-width:1.2em; text-align:right;");
  const track = make("span", "flex:1; height:0.8em; outline:1px solid #8888;");
  const filled = make("span", `display:block; height:100%; width:${percent}%; background:#0072B2;`);
  const number = make("span", "flex:0 0 3em; text-align:right;");
  label.textContent = name;
  number.textContent = `${percent}%`;
  track.append(filled);
  row.append(label, track, number);
  return row;
}

export default { render };
