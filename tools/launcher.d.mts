export function isRightNode(version: string): boolean
