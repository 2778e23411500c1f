import type { Duplex } from 'node:stream'
import { isPromiseLike } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { crossSiteEvidence } from '../cross-site.ts'
import { httpError } from '../errors.ts'
import type { HttpRequest } from '../request.ts'
import { Reply } from '../response/reply.ts'
import type { UpgradeHandler } from './exchange.ts'

/** Options of `c.upgrade()`. */
export interface UpgradeOptions {
  /** Whether pages of any other site may open the connection, with the cookies of their visitors. Default false. */
  crossSite?: boolean
}

const OPTIONS: OptionTable<UpgradeOptions> = { crossSite: option.boolean }

/** The response to a request for another protocol: none from us, the handler speaks. */
export class UpgradeReply extends Reply {
  readonly take: UpgradeHandler

  constructor(take: UpgradeHandler) {
    super(null, '', 426)
    this.take = take
  }
}

/** Calls the handler. Where it fails nobody speaks on the connection any more, and it is closed. */
export function handOver(socket: Duplex, head: Buffer, take: UpgradeHandler, report: (error: unknown) => void): void {
  const failed = (error: unknown) => {
    report(error)
    socket.destroy()
  }
  try {
    const result: unknown = take(socket, head)
    if (isPromiseLike(result)) result.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}

/** Throws what keeps a request from being handed over as `protocol`. */
export function checkHandshake(req: HttpRequest, protocol: string, options: UpgradeOptions): void {
  const { crossSite = false } = readOptions('c.upgrade()', options, OPTIONS)
  const asked = req._upgrades && listed(req.header('upgrade'), protocol)
  if (!asked) throw httpError('upgrade_required', { protocol }, { headers: { Upgrade: protocol } })
  if (crossSite) return
  // The same-origin policy does not hold for WebSockets: any page can open one, and read what it says.
  const from = { fetchSite: req.header('sec-fetch-site'), origin: req.header('origin'), host: req.host }
  const evidence = crossSiteEvidence(from, req._exchange.engine.trustedOrigins)
  if (evidence !== undefined) throw httpError('upgrade_cross_site', { evidence })
}

/** Whether a comma-separated list of tokens has this one, by whatever case. */
function listed(list: string | undefined, member: string): boolean {
  const members = list?.toLowerCase().split(',') ?? []
  return members.some(each => each.trim() === member.toLowerCase())
}
