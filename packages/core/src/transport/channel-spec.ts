/**
 * The named place between senders and receivers.
 *
 * Shape: `work`: a frame goes to one receiver. `broadcast`: to every named group (members of a group share) and to every
 *        anonymous receiver that is live; with neither, nowhere.
 * Range: `name` is 1 to 200 characters of `A-Z a-z 0-9 _ . - / :`.
 */
export interface ChannelSpec {
  readonly name: string;
  readonly mode: "work" | "broadcast";
}
