import { type Channel, channel } from 'node:diagnostics_channel'
import type { Context } from '@arlen/http'

/**
 * `arlen:session:user` publishes this before a request's session determines its user. A subscriber in this process, such as
 * a test, sets `as` to a user or a user's id, who is then logged in for this request.
 */
export interface Impersonation {
  readonly context: Context
  as: unknown
}

const asked: Channel = channel('arlen:session:user')

/** The user of a request, if a subscriber in this process sets one. */
export function impersonated(context: Context): unknown {
  if (!asked.hasSubscribers) return undefined
  const event: Impersonation = { context, as: undefined }
  asked.publish(event)
  return event.as
}
