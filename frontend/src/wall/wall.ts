/** Whether the address asks for a wall's view: `/?wall`. */
export function isWall(search: string): boolean {
  return new URLSearchParams(search).has('wall');
}
