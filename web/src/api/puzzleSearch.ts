/** The search itself. Pure JavaScript: `crypto.subtle` is missing on plain http, and waits for each single hash. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

export interface Parameters {
  algorithm: string;
  nonce: string;
  salt: string;
  cost: number;
  keyLength: number;
  keyPrefix: string;
}

export interface Found {
  counter: number;
  derivedKey: string;
}

/** The number whose hash, with salt and nonce before it, begins as asked. */
export function search({ algorithm, nonce, salt, cost, keyLength, keyPrefix }: Parameters): Found {
  if (algorithm !== "SHA-256") throw new Error("此浏览器版本过旧，请刷新页面后重试");
  const input = new Uint8Array([...hexToBytes(salt), ...hexToBytes(nonce), 0, 0, 0, 0]);
  const tail = new DataView(input.buffer, input.length - 4);
  const wanted = hexToBytes(keyPrefix);
  for (let counter = 0; counter <= 0xffffffff; counter += 1) {
    tail.setUint32(0, counter);
    let key: Uint8Array = sha256(input);
    for (let round = 1; round < cost; round += 1) key = sha256(key);
    key = key.subarray(0, keyLength);
    if (wanted.every((byte, place) => key[place] === byte)) return { counter, derivedKey: bytesToHex(key) };
  }
  throw new Error("安全验证没有完成，请重试");
}
