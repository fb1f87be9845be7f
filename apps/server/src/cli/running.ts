/** A server, or several, until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}
