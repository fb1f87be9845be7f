export const readProof = () => 'proof';
