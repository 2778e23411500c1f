import { type Channel, channel } from 'node:diagnostics_channel'

const channelOfReads: Channel = channel('arlen:reads')

/**
 * Tells tools that track an application's dependencies, such as a development server, that it reads a folder: as source, as
 * assets that it serves unchanged, or as templates that it reads again when they change.
 */
export function reads(folder: string, as: 'source' | 'assets' | 'templates'): void {
  channelOfReads.publish({ folder, as })
}
