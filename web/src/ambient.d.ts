// What TypeScript cannot know: first what the build makes of imports, and writes into scripts.
declare module "*.wasm" {
  const address: string;
  export default address;
}
declare module "*.po" {
  const messages: Record<string, string | string[]>;
  export default messages;
}
declare module "*.css";
declare const VERSION: string;

// And what only some browsers have.
interface VideoFrame {
  readonly rotation?: number;
  readonly flip?: boolean;
}
interface Document {
  readonly featurePolicy?: { allowsFeature(name: string): boolean };
}
interface Window {
  readonly documentPictureInPicture?: {
    readonly window: Window | null;
    requestWindow(size: { width: number; height: number }): Promise<Window>;
  };
  readonly MediaStreamTrackProcessor?: new (given: {
    track: EventTarget;
    maxBufferSize: number;
  }) => { readonly readable: ReadableStream<VideoFrame> };
}
