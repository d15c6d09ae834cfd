package dev.maskforge.checkpoint.pickle;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/// What is said of a file of `torch.save` that names more than tensors and plain values.
///
/// @param isMeant which names it is for
/// @param what    such a file holds
/// @param cure    what its owner may do
record TorchAdvice(Predicate<Global.Name> isMeant, String what, String cure) {
    private static final String STATE_DICT = "save its state_dict alone, with torch.save(model.state_dict(), 'weights.pth')";

    /// The first that is meant counts.
    private static final List<TorchAdvice> ALL = List.of(
            ofFunction("_rebuild_qtensor", "quantised tensors", "save the model's state_dict as it was before quantisation"),
            ofFunction("_rebuild_sparse_tensor", "sparse tensors", "save them after to_dense()"),
            ofFunction("_rebuild_sparse_csr_tensor", "sparse tensors", "save them after to_dense()"),
            ofFunction("_rebuild_nested_tensor", "nested tensors", "save them one by one, after unbind()"),
            ofFunction("_rebuild_meta_tensor_no_storage", "tensors of the meta device, which have no elements",
                    "save the model after its weights were loaded"),
            ofPackages("objects of OpenMMLab's mmdetection or mmsegmentation, whose models differ from the original ones",
                    "give a checkpoint of the original MaskFormer or Mask2Former code, or of Hugging Face transformers", //
                    "mmcv", "mmengine", "mmdet", "mmseg"),
            ofPackages("a shard of a model (FSDP, DeepSpeed)", "gather the shards into one full state_dict and save that with torch.save", //
                    "torch.distributed", "deepspeed", "fairscale"),
            ofPackages("a quantised model", "save the model's state_dict as it was before quantisation", //
                    "torch.ao", "torch.quantization", "torchao", "torch.nn.quantized", "torch.nn.intrinsic"),
            ofPackages("TorchScript", "give the checkpoint that it was made from", //
                    "torch.jit", "__torch__"),
            ofPackages("a whole pickled module, or more than tensors and plain values", STATE_DICT, //
                    "torch", "torchvision", "timm", "transformers", "detectron2", "mask2former", "mask_former", "__main__"));

    static PickleException refusal(long offset, Opcode opcode, Global.Name name) {
        String asks = "the pickle asks for '" + name + "'";
        return ALL.stream().filter(advice -> advice.isMeant.test(name)).findFirst()
                .map(advice -> PickleException.unsupported(offset, asks + ", so it holds " + advice.what, advice.cure))
                .orElseGet(
                        () -> PickleException.unsupported(offset, asks + " by " + opcode + ", which is neither a tensor nor a plain value",
                                "if you made the file, " + STATE_DICT + "; if not, do not load it elsewhere either"));
    }

    static PickleException wholeModule(long offset) {
        return PickleException.unsupported(offset, "the pickle holds a whole pickled module", STATE_DICT);
    }

    private static TorchAdvice ofFunction(String function, String what, String cure) {
        return new TorchAdvice(new Global.Name("torch._utils", function)::equals, what, cure);
    }

    private static TorchAdvice ofPackages(String what, String cure, String... packages) {
        return new TorchAdvice(name -> Arrays.stream(packages)
                .anyMatch(each -> name.module().equals(each) || name.module().startsWith(each + ".")), what, cure);
    }
}
