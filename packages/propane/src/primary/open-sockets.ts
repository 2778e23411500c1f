import type { Accessories } from '../accessories.ts'
import { SharedPorts } from '../pool/shared-ports.ts'
import { adoptAll, bind } from '../system/bind.ts'
import type { ListeningSocket } from '../system/listening-socket.ts'
import { activatedSockets } from '../system/systemd.ts'
import { unitBacklogs } from '../system/unit-backlog.ts'
import type { Handover } from './handover.ts'

/** The listening sockets of a primary. */
export interface OpenSockets {
  sockets: ListeningSocket[]
  sharedPorts: SharedPorts
}

/** Takes the sockets from an older primary or from systemd, or binds one. Throws port_in_use and other errors of `bind`. */
export async function openSockets(accessories: Accessories, handover?: Handover): Promise<OpenSockets> {
  if (handover) return takeOver(handover)
  const fds = activatedSockets()
  if (fds.length === 0) return withoutShared(await bind(accessories))
  const backlogs = await unitBacklogs(fds.length)
  return withoutShared(adoptAll(fds).map((socket, index) => ({ ...socket, activated: { backlog: backlogs[index]! } })))
}

function withoutShared(sockets: ListeningSocket[]): OpenSockets {
  return { sockets, sharedPorts: new SharedPorts(sockets) }
}

/** The public sockets come first, then the further ports. */
function takeOver({ fds, paths, shared, activated }: Handover): OpenSockets {
  const all = adoptAll(fds, paths)
  const sockets = all.slice(0, all.length - shared.length).map((socket, index) => {
    const unit = activated[index]
    return unit ? { ...socket, activated: unit } : socket
  })
  const sharedPorts = new SharedPorts(sockets)
  for (const [index, wanted] of shared.entries()) sharedPorts.adopt(wanted, all[sockets.length + index]!)
  return { sockets, sharedPorts }
}
