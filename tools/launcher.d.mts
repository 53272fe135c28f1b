export function isRightNode(version: string): boolean
export function hasPackages(folder: string): boolean
