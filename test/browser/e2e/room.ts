// A room without echo cancellation: the page's microphone hears the fake one's file and, softer and later, what the page
// gives to its speaker. All of it runs in the page, before its own code.

/** What comes back of the page's own sound. */
export interface Room {
  /** Of what the page plays, in dB of its samples. */
  gainDb: number;
  /** Way through the air; getting from one audio context to the other and back takes some 20 ms more. */
  delayMs: number;
}

/** Given to `addInitScript`, so that nothing outside of it can be named here. */
export function installRoom({ gainDb, delayMs }: Room): void {
  let air: { context: AudioContext; heard: AudioNode } | undefined;
  /** Its own context: a page's may be suspended or not there yet, and the air is still there. */
  const open = (): NonNullable<typeof air> => {
    if (air !== undefined) return air;
    const context = new AudioContext();
    air = { context, heard: new GainNode(context, { gain: 10 ** (gainDb / 20) }) };
    return air;
  };

  const speakers = new Map<BaseAudioContext, MediaStreamAudioDestinationNode>();
  // oxlint-disable-next-line typescript/unbound-method -- called with its node below
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...to: unknown[]) => unknown;
  AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
    if (to[0] === this.context.destination) {
      let speaker = speakers.get(this.context);
      if (speaker === undefined) {
        speaker = new MediaStreamAudioDestinationNode(this.context as AudioContext, { channelCount: 1 });
        speakers.set(this.context, speaker);
        const { context, heard } = open();
        const delay = new DelayNode(context, { delayTime: delayMs / 1_000 });
        context.createMediaStreamSource(speaker.stream).connect(delay).connect(heard);
      }
      connect.call(this, speaker);
    }
    return connect.call(this, ...to);
  } as never;

  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async () => {
    // No echo is cancelled, and what comes out is not processed a second time.
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const device = await getUserMedia({ audio: { ...plain, channelCount: 1 } });
    const { context, heard } = open();
    const file = context.createMediaStreamSource(device);
    const mixed = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    file.connect(mixed);
    heard.connect(mixed);
    const [track, deviceTrack] = [mixed.stream.getAudioTracks()[0]!, device.getAudioTracks()[0]!];
    const stop = track.stop.bind(track);
    track.stop = () => {
      stop();
      deviceTrack.stop();
      file.disconnect();
      heard.disconnect(mixed);
      track.stop = () => {};
    };
    Object.defineProperty(track, "muted", { get: () => deviceTrack.muted });
    for (const type of ["mute", "unmute", "ended"]) {
      deviceTrack.addEventListener(type, () => {
        if (type === "ended") track.stop();
        track.dispatchEvent(new Event(type));
      });
    }
    return mixed.stream;
  };
}
