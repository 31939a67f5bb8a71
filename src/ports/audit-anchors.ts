/**
 * A place outside of the audit log where its heads are kept. What is kept there once stays as it is: there is no way to
 * change or remove it, and the place refuses, as far as it can, if somebody tries around this port.
 *
 * A place that cannot answer throws `PortUnavailable('audit anchors')`.
 */
export interface AuditAnchors {
  /** Durable when it resolves. What is kept under this name already stays. `name`: lower case letters, digits and hyphens. */
  keep(name: string, text: string): Promise<void>
  /** Everything that was ever kept, in the order of the names. */
  texts(): AsyncIterable<string>
}
