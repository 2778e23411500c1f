import { type Channel, channel } from 'node:diagnostics_channel'

const channelOfReads: Channel = channel('arlen:reads')

/**
 * Tells tools that track an application's dependencies, such as a development server, that it reads a folder: as source, or
 * as assets that it serves unchanged.
 */
export function reads(folder: string, as: 'source' | 'assets'): void {
  channelOfReads.publish({ folder, as })
}
