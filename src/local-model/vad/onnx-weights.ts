// Reads the named float tensors out of an ONNX file: the few protobuf fields it takes, and nothing of the graph.
// It lets the detector use published weights without an inference runtime.

const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_NAME = 8;
const TENSOR_RAW_DATA = 9;

/** All initializers with raw little-endian float data, by name. Throws on a truncated file. */
export function readWeights(file: Uint8Array): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const graph of fields(file, MODEL_GRAPH)) {
    for (const tensor of fields(graph, GRAPH_INITIALIZER)) {
      const [name] = fields(tensor, TENSOR_NAME);
      const [raw] = fields(tensor, TENSOR_RAW_DATA);
      if (name && raw && raw.length % 4 === 0) weights.set(new TextDecoder().decode(name), floats(raw));
    }
  }
  return weights;
}

function floats(raw: Uint8Array): Float32Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float32Array.from({ length: raw.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

/** The length-delimited fields with this number in one protobuf message. */
function* fields(message: Uint8Array, wanted: number): Generator<Uint8Array> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("the ONNX file ends inside a field");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag & 7;
    if (kind === 2) {
      const length = varint();
      if (at + length > message.length) throw new Error("the ONNX file ends inside a field");
      if (tag >>> 3 === wanted) yield message.subarray(at, at + length);
      at += length;
    } else if (kind === 0) varint();
    else if (kind === 5) at += 4;
    else if (kind === 1) at += 8;
    else throw new Error(`unknown protobuf wire type ${kind} in the ONNX file`);
  }
}
