import { type Channel, channel } from 'node:diagnostics_channel'

const channelOfReads: Channel = channel('arlen:reads')

/**
 * Tells anyone who watches what an application depends on, a development server for one, that it reads a folder: as source, or as
 * assets that it serves unchanged.
 */
export function reads(folder: string, as: 'source' | 'assets'): void {
  channelOfReads.publish({ folder, as })
}
