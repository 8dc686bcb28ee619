import { isDuplicateKey } from './duplicate-key.js';

/**
 * Repeats an upsert that another process has overtaken: what it inserted is there now to be updated.
 *
 * @param mostTries As often as that may happen, and once more.
 */
export async function despiteOthers<T>(upsert: () => Promise<T>, mostTries = 2): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await upsert();
    } catch (error) {
      if (!isDuplicateKey(error) || tries >= mostTries) throw error;
    }
  }
}
