package dev.maskforge.models;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The tables of official files.
class ZooTest {
    @Test
    void hasBothRepositoriesFiles() {
        assertEquals(24, Zoo.entries().stream().filter(entry -> entry.architecture().equals("MaskFormer")).count());
        assertEquals(47, Zoo.entries().stream().filter(entry -> entry.architecture().equals("Mask2Former")).count());
        assertEquals(71, Zoo.entries().size());
        assertEquals(12, Zoo.unsupported().stream().filter(entry -> entry.kind() == Zoo.Kind.VIDEO).count());
        assertEquals(6, Zoo.unsupported().stream().filter(entry -> entry.kind() == Zoo.Kind.PER_PIXEL).count());
    }

    @Test
    void isOneFileADigest() {
        assertEquals(71 + 18,
                Stream.concat(Zoo.entries().stream().map(Zoo.Entry::md5), Zoo.unsupported().stream().map(Zoo.Unsupported::md5))
                        .distinct().count());
    }

    @Test
    void knowsWhereEachIs() {
        for (Zoo.Entry entry : Zoo.entries()) {
            assertTrue(entry.path().endsWith("/" + entry.configuration() + "/model_final_" + entry.md5() + ".pkl"), entry.path());
            assertEquals(entry.architecture().equals("Mask2Former"), entry.path().startsWith("mask2former/"), entry.path());
            String task = entry.task() + (entry.architecture().equals("MaskFormer") ? "-" : "/");
            assertTrue(entry.path().contains(task), entry.path());
            assertEquals(switch (entry.task()) {
                case SEMANTIC -> "mIoU";
                case PANOPTIC -> "PQ";
                case INSTANCE -> "AP";
            }, entry.metric());
        }
        assertEquals("https://dl.fbaipublicfiles.com/maskformer/semantic-cityscapes/maskformer_R101_bs16_90k/model_final_38c00c.pkl",
                Zoo.find("38c00c").orElseThrow().address());
        assertEquals("maskformer2_R50_bs16_90k", Zoo.find("cc1b1f").orElseThrow().configuration());
    }

    @Test
    void namesOnTheHubSayTheSame() {
        int named = 0;
        for (Zoo.Entry entry : Zoo.entries()) {
            if (entry.huggingFace().isPresent()) {
                named++;
                TrainedOn meaning = TrainedOn.onTheHub(entry.huggingFace().get().replace("facebook/", "")).orElseThrow();
                assertEquals(entry.dataset(), meaning.dataset());
                assertEquals(entry.task(), meaning.task());
            }
        }
        System.out.println(named + " of the official files are on the hub");
        assertEquals(Optional.of("facebook/mask2former-swin-base-IN21k-cityscapes-semantic"),
                Zoo.find("1c6b65").orElseThrow().huggingFace());
        assertEquals(Optional.empty(), Zoo.find("cc1b1f").orElseThrow().huggingFace());
    }

    @Test
    void knowsWhatIsNotSupported() {
        Zoo.Unsupported video = Zoo.findUnsupported("34112b").orElseThrow();
        assertEquals(Zoo.Kind.VIDEO, video.kind());
        assertEquals("ytvis-2019", video.dataset());
        assertEquals("video_maskformer2_R50_bs16_8ep", video.configuration());
        assertEquals("a per-pixel baseline, which has no queries", Zoo.findUnsupported("1043f3").orElseThrow().kind().reason());
        assertEquals(Optional.empty(), Zoo.findUnsupported("38c00c"));
        assertEquals(Optional.empty(), Zoo.find("34112b"));
    }
}
