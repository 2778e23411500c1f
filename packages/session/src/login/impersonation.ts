import { type Channel, channel } from 'node:diagnostics_channel'
import type { Context } from '@arlen/http'

/**
 * What `arlen:session:user` publishes before a request that has a session is asked who it is from. A subscriber of this
 * process, as tests are, sets `as`: a user, or the id of one, who is then logged in with this request.
 */
export interface Impersonation {
  readonly context: Context
  as: unknown
}

const asked: Channel = channel('arlen:session:user')

/** Who a request is to be from, where someone in this process says so. */
export function impersonated(context: Context): unknown {
  if (!asked.hasSubscribers) return undefined
  const event: Impersonation = { context, as: undefined }
  asked.publish(event)
  return event.as
}
